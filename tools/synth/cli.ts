import { createCipheriv } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { account } from './account'
import type { Artifact } from './graph'

/** The components send this of a function (`pkg/runtime/runtime.go`, BuildInput). */
interface BuildInput {
  functionID: string
  handler: string
  bundle?: string
  encryptionKey: string
  links: Record<string, unknown>
}

interface Cli extends AsyncDisposable {
  url: string
  artifacts: Artifact[]
}

/** Starts a server that answers what SST's components ask the CLI that runs them, over HTTP. */
export async function startCli(): Promise<Cli> {
  const artifacts: Artifact[] = []
  const methods: Record<string, (input: never) => unknown> = {
    'Provider.Aws.Bootstrap': bootstrap,
    'Runtime.Build': (input: BuildInput) => build(input, artifacts),
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method, params } = JSON.parse(Buffer.concat(chunks).toString())
    response.setHeader('content-type', 'application/json')
    try {
      const answer = methods[method]
      if (!answer) throw new Error(`rpc: can't find method ${method}`)
      response.end(JSON.stringify({ result: answer(params[0] as never) }))
    } catch (error) {
      response.end(JSON.stringify({ error: (error as Error).message }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    artifacts,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Names the bucket and registry that SST has in an account for its uploads. */
function bootstrap() {
  return {
    asset: 'sst-asset',
    state: 'sst-state',
    assetEcrRegistryId: account.id,
    assetEcrUrl: `${account.id}.dkr.ecr.${account.region}.amazonaws.com/sst-asset`,
    appsyncHttp: '',
    appsyncRealtime: '',
  }
}

/** Puts the links beside the bundle, as `Collection.Build` does for a function that brings its own. */
function build(input: BuildInput, artifacts: Artifact[]) {
  const { functionID: functionName, handler, bundle: folder } = input
  if (!folder) throw new Error(`${functionName} has no bundle: make it with infra/function.ts`)
  const key = Buffer.from(input.encryptionKey, 'base64')
  // Each deployment has a key of its own, and encrypts one thing with it.
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12))
  const sealed = [cipher.update(JSON.stringify(input.links)), cipher.final(), cipher.getAuthTag()]
  writeFileSync(join(folder, 'resource.enc'), Buffer.concat(sealed))
  artifacts.push({ functionName, folder, handler })
  return { out: folder, handler, errors: [], sourcemaps: [] }
}
