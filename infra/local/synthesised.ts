import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Graph } from '../synth/graph'

const LARGEST_GRAPH_BYTES = 64 * 1024 * 1024

/** The graph of a stage, from a process of its own: evaluating it changes the process that does. */
export function synthesised(stage: string): Graph {
  const main = join(import.meta.dirname, '../synth/main.ts')
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [main, '--stage', stage], {
    encoding: 'utf8',
    maxBuffer: LARGEST_GRAPH_BYTES,
  })
  if (status === 0) return JSON.parse(stdout)
  throw new Error(`The stage ${stage} cannot be synthesised: ${error?.message ?? stderr.trim()}`)
}
