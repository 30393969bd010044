import { describe, expect, it } from 'bun:test'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { anEnvelopeText } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { type Program, repository, run, start } from '../support/program'

const command = [process.execPath, join(repository, 'src/cli.ts'), 'serve']

function serve(dataDir: string, env: Record<string, string> = {}): Program {
  const settings = { NONIUS_PORT: '0', NONIUS_HOST: '127.0.0.1', NONIUS_LOG_LEVEL: 'warn' }
  return start(command, { env: { ...settings, NONIUS_DATA_DIR: dataDir, ...env } })
}

const CURL = /curl [\s\S]+'\n/

describe('nonius serve', () => {
  it('prints keys at the first start only, and a command that sends an event at every start', async () => {
    using folder = temporaryFolder()
    const first = serve(folder.path)
    const banner = await first.says(CURL)
    const key = /demo key +(nk_\S+)/.exec(banner)![1]!
    expect(banner).toMatch(/admin key +nk_\S+/)
    expect(banner).toMatch(/docs +http:\/\/127\.0\.0\.1:\d+\/docs/)
    expect(banner).toMatch(/OpenAPI +http:\/\/127\.0\.0\.1:\d+\/openapi\.json/)
    const pasted = await run(['bash', '-c', CURL.exec(banner)![0]])
    expect(JSON.parse(pasted.stdout)).toMatchObject({
      eventCount: 1,
      quarantined: [],
      duplicates: 0,
    })
    expect((await first.stop('SIGINT')).exitCode).toBe(0)

    const second = serve(folder.path)
    const again = await second.says(CURL)
    expect(again).not.toContain('nk_')
    const env = { NONIUS_KEY: key }
    const pastedAgain = await run(['bash', '-c', CURL.exec(again)![0]], { env })
    expect(JSON.parse(pastedAgain.stdout)).toMatchObject({ eventCount: 1, duplicates: 0 })
    expect((await second.stop('SIGTERM')).exitCode).toBe(0)
  }, 60_000)

  it('shows no key that it was given, and a command that takes it from where it was given', async () => {
    using folder = temporaryFolder()
    const env = { NONIUS_DEMO_KEY: `it's-"$HOME"\\key`, NONIUS_ADMIN_KEY: 'only-the-admin-knows' }
    const server = serve(folder.path, env)
    const banner = await server.says(CURL)
    expect(banner).not.toContain(env.NONIUS_DEMO_KEY)
    expect(banner).not.toContain(env.NONIUS_ADMIN_KEY)
    const { stdout } = await run(['bash', '-c', CURL.exec(banner)![0]], { env })
    expect(JSON.parse(stdout)).toMatchObject({ eventCount: 1 })
    await server.stop('SIGTERM')
  })

  it('sends an event by that command which conforms to Caliper 1.2', async () => {
    using folder = temporaryFolder()
    const server = serve(folder.path)
    const banner = await server.says(CURL)
    const url = /running at (\S+)/.exec(banner)![1]!
    const envelope = /-d '([\s\S]+)'\n/.exec(banner)![1]!
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: envelope }
    const reply = await fetch(`${url}/caliper/v1p2/events/validate`, init)
    expect(await reply.json()).toEqual({ valid: true, eventCount: 1, entityCount: 0, warnings: [] })
    await server.stop('SIGTERM')
  })

  it('answers what is in flight when it is told to stop, even by three signals at once', async () => {
    using folder = temporaryFolder()
    const server = serve(folder.path)
    const upload = await beginUpload(await server.says(CURL))
    for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM'] as const) server.signal(signal)
    await Bun.sleep(100)
    expect(await upload.finish()).toStartWith('HTTP/1.1 200')
    expect(await server.finished).toMatchObject({ exitCode: 0 })
  })

  it('ends at once when it is told a second time', async () => {
    using folder = temporaryFolder()
    const server = serve(folder.path)
    await beginUpload(await server.says(CURL))
    server.signal('SIGINT')
    await Bun.sleep(500)
    const { exitCode } = await server.stop('SIGINT')
    expect(exitCode).toBe(1)
  })

  it('names every bad setting and exits with 1', async () => {
    using folder = temporaryFolder()
    const server = serve(folder.path, { NONIUS_PORT: 'http', NONIUS_HOT_TTL_DAYS: 'never' })
    const { stderr, exitCode } = await server.finished
    expect(stderr.trimEnd().split('\n')).toEqual([
      'NONIUS_PORT must be a whole number from 0 to 65535; it is "http".',
      'NONIUS_HOT_TTL_DAYS must be a whole number of days from 1 to 3650; it is "never".',
    ])
    expect(exitCode).toBe(1)
  })

  it('says that the port is taken, and shows no key that would be lost by it', async () => {
    using folder = temporaryFolder()
    const taken = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
    const port = String(taken.port)
    const { stdout, stderr, exitCode } = await serve(folder.path, { NONIUS_PORT: port }).finished
    await taken.stop(true)
    expect(stderr).toMatch(/port is in use/)
    expect(stderr).not.toContain('    at ')
    expect(stdout).toBe('')
    expect(exitCode).toBe(1)
    // The keys come into being at the first start that succeeds.
    const server = serve(folder.path)
    expect(await server.says(CURL)).toMatch(/demo key +nk_/)
    await server.stop('SIGTERM')
  })

  it('leaves a data folder alone that another server uses', async () => {
    using folder = temporaryFolder()
    const server = serve(folder.path)
    await server.says(CURL)
    const { stderr, exitCode } = await serve(folder.path).finished
    expect(stderr).toMatch(/is in use by another Nonius server/)
    expect(exitCode).toBe(1)
    await server.stop('SIGTERM')
  })

  it('says that the data folder cannot be used', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'a-file')
    await writeFile(file, '')
    const { stderr, exitCode } = await serve(join(file, 'data')).finished
    expect(stderr).toContain(file)
    expect(stderr).not.toContain('    at ')
    expect(exitCode).toBe(1)
  })

  it.skipIf(process.getuid?.() === 0)('says that the data folder cannot be written', async () => {
    using folder = temporaryFolder()
    const dataDir = join(folder.path, 'read-only')
    await mkdir(dataDir)
    await chmod(dataDir, 0o555)
    const { stderr, exitCode } = await serve(dataDir).finished
    expect(stderr).toMatch(/permission denied/)
    expect(exitCode).toBe(1)
  })
})

/** A request whose body has begun to arrive, and which the server is bound to answer. */
async function beginUpload(banner: string) {
  const url = /running at (\S+)/.exec(banner)![1]!
  const { hostname, port } = new URL(url)
  const answered = Promise.withResolvers<string>()
  const data = (_: unknown, bytes: Uint8Array) => answered.resolve(new TextDecoder().decode(bytes))
  const socket = await Bun.connect({ hostname, port: Number(port), socket: { data } })
  const body = Buffer.from(anEnvelopeText())
  const half = Math.floor(body.length / 2)
  const head = [
    'POST /caliper/v1p2/events/validate HTTP/1.1',
    `Host: ${hostname}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  socket.write(body.subarray(0, half))
  // What came before has been read by a server that has answered this.
  await (await fetch(new URL('/health', url))).text()
  await Bun.sleep(50)
  return {
    finish() {
      socket.write(body.subarray(half))
      return answered.promise
    },
  }
}
