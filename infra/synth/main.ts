import { parseArgs } from 'node:util'
import { synth } from './synth'

const { values } = parseArgs({ options: { stage: { type: 'string', default: 'ci' } } })
const graph = await synth(values.stage)
process.stdout.write(`${JSON.stringify(graph, undefined, 1)}\n`)
