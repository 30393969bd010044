import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Artifact, Graph } from '../../../tools/synth/graph'
import { named, root } from './graphs'

export function entryOf({ folder, handler }: Artifact): string {
  return join(folder, handler.replace('.handler', '.mjs'))
}

/** Starts a bundle with the environment that the graph gives it, and calls it. Nothing answers on AWS's side. */
export function callBundle(graph: Graph, artifact: Artifact, events: object[] = []) {
  const { inputs } = named(graph, 'Function', `${artifact.functionName}Function`)
  const { status, stdout, stderr } = spawnSync(
    'node',
    [join(root, 'tests/support/graph/call-bundle.mjs')],
    {
      // SST's links are read from the working directory, as on Lambda.
      cwd: artifact.folder,
      input: JSON.stringify({ entry: entryOf(artifact), events }),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      timeout: 240_000,
      env: {
        PATH: process.env.PATH,
        ...inputs.environment.variables,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'nobody',
        AWS_SECRET_ACCESS_KEY: 'nothing',
        // The discard port: nothing listens there.
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      },
    },
  )
  if (status !== 0) throw new Error(stderr.slice(-2000))
  return JSON.parse(stdout) as { type: string; answers: { statusCode: number; body: string }[] }
}

/** Counts the bytes that are read from disk before the first call. */
export function bytesAtStart(artifact: Artifact): number {
  const files = filesAtStart(artifact)
  return files.reduce((sum, file) => sum + statSync(join(artifact.folder, file)).size, 0)
}

/** Lists what is read from disk before the first call: the entry and what it imports, and those in turn. */
export function filesAtStart(artifact: Artifact): string[] {
  return filesRead(artifact.folder, artifact.handler.replace('.handler', '.mjs'))
}

/** Lists a file of a bundle and those that it reads at once, or also later. */
export function filesRead(folder: string, entry: string, { isLater = false } = {}): string[] {
  // What is imported later is written with a parenthesis.
  const imports = isLater
    ? /\b(?:from|import)\(?"\.\/([\w-]+\.mjs)"/g
    : /\b(?:from|import)"\.\/([\w-]+\.mjs)"/g
  const seen = new Set<string>()
  const visit = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const source = readFileSync(join(folder, file), 'utf8')
    for (const [, name] of source.matchAll(imports)) visit(name!)
  }
  visit(entry)
  return [...seen]
}

/** `GET path` as a function URL hands it on (payload format 2.0). */
export function getEvent(path: string): object {
  const http = { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: '' }
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'api.example.edu' },
    requestContext: { domainName: 'api.example.edu', http, requestId: '1', timeEpoch: 0 },
    isBase64Encoded: false,
  }
}
