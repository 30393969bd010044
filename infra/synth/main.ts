import { parseArgs } from 'node:util'
import { synth } from './synth'

const { values } = parseArgs({ options: { stage: { type: 'string', default: 'ci' } } })

// What fails inside the program fails in promises that nobody waits for, and many follow the first.
process.on('unhandledRejection', fail)
process.on('uncaughtException', fail)

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

const graph = await synth(values.stage).catch(fail)
// A pipe takes it in pieces: the process may only go when the last one is out.
process.stdout.write(`${JSON.stringify(graph, undefined, 1)}\n`, () => process.exit(0))
