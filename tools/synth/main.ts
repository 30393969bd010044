import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './paths'
import { renderSstEnv } from './sst-env'
import { synth } from './synth'

const { values } = parseArgs({
  options: {
    stage: { type: 'string', default: 'ci' },
    // This option writes `sst-env.d.ts` instead of printing the graph.
    types: { type: 'boolean', default: false },
  },
})

// Errors inside the program reject promises that nobody awaits, and many follow the first.
process.on('unhandledRejection', fail)
process.on('uncaughtException', fail)

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

const graph = await synth(values.stage).catch(fail)
if (values.types) {
  writeFileSync(join(root, 'sst-env.d.ts'), renderSstEnv(graph))
  process.exit(0)
}
// A pipe takes the text in pieces: the process may end only when the last one is out.
process.stdout.write(`${JSON.stringify(graph, undefined, 1)}\n`, () => process.exit(0))
