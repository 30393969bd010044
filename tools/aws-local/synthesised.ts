import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Graph } from '../synth/graph'

const LARGEST_GRAPH_BYTES = 64 * 1024 * 1024

/**
 * Returns the graph of a stage, from a process of its own: evaluating it changes the process that
 * does so.
 * @param folder takes copies of the bundles, as a deployment does: the next synthesis of the stage
 * writes over its own
 */
export function synthesised(stage: string, folder: string): Graph {
  const main = join(import.meta.dirname, '../synth/main.ts')
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [main, '--stage', stage], {
    encoding: 'utf8',
    maxBuffer: LARGEST_GRAPH_BYTES,
  })
  if (status === 0) return withBundlesIn(folder, JSON.parse(stdout))
  throw new Error(`The stage ${stage} cannot be synthesised: ${error?.message ?? stderr.trim()}`)
}

function withBundlesIn(folder: string, graph: Graph): Graph {
  const artifacts = graph.artifacts.map((one) => {
    const copy = join(folder, 'bundles', one.functionName)
    cpSync(one.folder, copy, { recursive: true })
    return { ...one, folder: copy }
  })
  return { ...graph, artifacts }
}
