import { expect } from 'bun:test'
import { join } from 'node:path'
import { archiveStored } from '../../../src/changes/consumers'
import { createApp } from '../../../src/http/app'
import { createServices } from '../../../src/services'
import { startTestApp } from '../app'
import { temporaryFolder } from '../folders'
import { until } from '../until'

export interface View {
  id: string
  status: string
  found: Record<string, number>
  files: { url: string; expiresAt: string }[]
  expiresAt?: string
}

/** An app whose access requests find what is stored in the lake, as a server's do. */
export async function startAccessApp(given: Parameters<typeof startTestApp>[0] = {}) {
  const test = await startTestApp(given)
  const { platform, options } = test
  // Consumers of one name follow the log one at a time.
  let flushing = Promise.resolve()
  function flush() {
    flushing = flushing.then(() => archiveStored(platform))
    return flushing
  }
  await test.services![Symbol.asyncDispose]()
  let services = createServices(platform, { ...options, flush })
  let app = createApp(services)

  async function request(path: string, init: RequestInit = {}) {
    return app.request(path, init, { ip: '192.0.2.7' })
  }

  async function call(method: string, path: string, body?: unknown, key = test.keys.admin) {
    const headers = { ...test.as(key), 'Content-Type': 'application/json' }
    return request(path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }

  const see = async (id: string, key?: string) => {
    const reply = await call('GET', `/privacy/access-requests/${id}`, undefined, key)
    expect(reply.status).toBe(200)
    return (await reply.json()) as View
  }

  async function ask(actorIds: string[], key?: string) {
    const reply = await call('POST', '/privacy/access-requests', { subject: { actorIds } }, key)
    expect(reply.status).toBe(202)
    return (await reply.json()) as View
  }

  async function answered(id: string, key?: string) {
    await until(async () => (await see(id, key)).status !== 'running', 60_000)
    return see(id, key)
  }

  return {
    ...test,
    request,
    call,
    see,
    ask,
    answered,
    flush,
    get services() {
      return services
    },
    /** Fetches files without a key, and unpacks them all, by name. */
    async fetched({ files }: Pick<View, 'files'>) {
      const all: Record<string, string> = {}
      for (const { url } of files) {
        const reply = await request(new URL(url).pathname)
        expect(reply.status).toBe(200)
        Object.assign(all, await unzipped(await reply.bytes()))
      }
      return all
    },
    /** As a server that is killed and started again. */
    async restart() {
      await services[Symbol.asyncDispose]()
      services = createServices(platform, { ...options, flush })
      app = createApp(services)
    },
    async [Symbol.asyncDispose]() {
      await services[Symbol.asyncDispose]()
      await test[Symbol.asyncDispose]()
    },
  }
}

/** Unpacks by Python's own module, which is none of ours, and checks every sum. */
export async function unzipped(bytes: Uint8Array): Promise<Record<string, string>> {
  using folder = temporaryFolder()
  const file = join(folder.path, 'a.zip')
  await Bun.write(file, bytes)
  const script = `import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps({n: z.read(n).decode("utf-8") for n in z.namelist()}))`
  const run = Bun.spawn(['python3', '-c', script, file], { stderr: 'pipe' })
  const [text, problem] = await Promise.all([
    new Response(run.stdout).text(),
    new Response(run.stderr).text(),
  ])
  if ((await run.exited) !== 0) throw new Error(problem)
  return JSON.parse(text) as Record<string, string>
}

export const linesOf = (text: string | undefined) =>
  (text ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
