import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import type { Graph, GraphResource } from '../../../tools/synth/graph'

export const root = resolve(import.meta.dirname, '../../..')
const made = new Map<string, Graph>()

/** Settings that count something: files that look at what they do share a synthesis. */
export const counted = {
  NONIUS_MAX_STREAMS: '50',
  NONIUS_STREAM_SECONDS: '60',
  NONIUS_MAX_SUBSCRIBERS: '40',
  NONIUS_ARCHIVE_STREAMS: '9',
}

/** What `sst deploy --stage STAGE` would register; once a run of the tests. */
export function graphOf(stage: 'ci' | 'production', env: Record<string, string> = {}): Graph {
  const key = JSON.stringify([stage, env])
  const known = made.get(key)
  if (known) return known
  const { status, stdout, stderr } = synthesise(['--stage', stage], env)
  if (status !== 0) throw new Error(stderr)
  const graph = JSON.parse(stdout) as Graph
  made.set(key, graph)
  return graph
}

export function synthesise(args: string[], env: Record<string, string | undefined> = {}) {
  return spawnSync(process.execPath, ['tools/synth/main.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    // Production has no region but the one that is named; the others are made without one.
    env: {
      ...process.env,
      AWS_REGION: args.includes('production') ? 'us-east-1' : undefined,
      ...env,
    },
    maxBuffer: 2 ** 28,
    timeout: 240_000, // it takes 15 s on two idle cores
  })
}

/** @param type the end of Pulumi's, which is telling enough: `Queue`, `Role` */
export function ofType({ resources }: Graph, type: string): GraphResource[] {
  const found = resources.filter(
    (one) => one.type.startsWith('aws:') && one.type.endsWith(`:${type}`),
  )
  if (found.length === 0) throw new Error(`the graph has no ${type}`)
  return found
}

export function named(graph: Graph, type: string, name: string): GraphResource {
  const found = ofType(graph, type).find((one) => one.name === name)
  if (!found) throw new Error(`the graph has no ${type} ${name}`)
  return found
}

/** The one that has this ARN. */
export function byArn(graph: Graph, type: string, arn: string): GraphResource {
  const found = ofType(graph, type).find(({ outputs }) => outputs.arn === arn)
  if (!found) throw new Error(`the graph has no ${type} with ARN ${arn}`)
  return found
}
