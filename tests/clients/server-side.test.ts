import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type HttpServer, serveHttp } from '../../src/platform/local/serve'
import { startTestApp, type TestApp } from '../support/app'
import { temporaryFolder } from '../support/folders'
import { type BadProxy, startProxy } from '../support/pages/proxy'
import { run } from '../support/program'
import { pack } from '../support/tarball'

const source = `
import { createClient } from '@nonius/client'
const { URL: url, KEY: key, SESSION: sessionId, DO } = process.env
const begin = Date.now()
const client = createClient({ url, key, source: 'service', sessionId })
for (let n = 1; n <= 25; n += 1) client.track('answered', { n })
if (DO === 'flush') await client.flush()
if (DO === 'close' || DO === 'flush') await client.close()
console.log(DO, 'after', Math.round((Date.now() - begin) / 1000))
`

// Twenty seconds of a program are one of ours.
const SPEED = 20
const quick = `
const { setTimeout: wait, Date: { now } } = globalThis
const begin = now(), tick = performance.now.bind(performance)
globalThis.setTimeout = (run, ms, ...more) => wait(run, ms / ${SPEED}, ...more)
Date.now = () => begin + (now() - begin) * ${SPEED}
performance.now = () => tick() * ${SPEED}
`

const runtimes: [name: string, words: string[], preload: string[]][] = [
  ['node', ['node'], ['--import', './quick.mjs']],
  ['bun', [process.execPath], ['--preload', './quick.mjs']],
]

describe('the packed client on a server', () => {
  const folder = temporaryFolder()
  let app: TestApp
  let server: HttpServer

  beforeAll(async () => {
    const at = join(folder.path, 'node_modules/@nonius')
    mkdirSync(at, { recursive: true })
    await pack('client', folder.path)
    const tarball = readdirSync(folder.path).find((name) => name.endsWith('.tgz'))!
    const unpacked = await run(['tar', '-xzf', join(folder.path, tarball), '-C', at])
    expect(unpacked.exitCode).toBe(0)
    expect((await run(['mv', 'package', 'client'], { cwd: at })).exitCode).toBe(0)
    writeFileSync(join(folder.path, 'take.mjs'), source)
    writeFileSync(join(folder.path, 'quick.mjs'), quick)
    app = await startTestApp()
    server = serveHttp({ host: '127.0.0.1', port: 0, fetch: app.app.fetch })
  }, 60_000)

  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await app[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  async function program(words: string[], deed: string, url: string) {
    const SESSION = crypto.randomUUID()
    const env = { DO: deed, URL: url, KEY: app.keys.demo, SESSION }
    const { exitCode, stdout, stderr } = await run([...words, 'take.mjs'], {
      cwd: folder.path,
      env,
    })
    const query = `sessionId=${SESSION}&limit=100`
    const headers = app.as(app.keys.admin)
    const reply = await app.request(`/analytics/events?${query}`, { headers })
    const { events } = (await reply.json()) as { events: { seq: number; payload: object }[] }
    const stored = events
      .sort((a, b) => a.seq - b.seq)
      .map(({ seq, payload }) => ({ seq, ...payload }))
    const seconds = Number(/after (\d+)/.exec(stdout)?.[1])
    return { exitCode, stderr, seconds, stored }
  }
  const all = Array.from({ length: 25 }, (_, index) => ({ seq: index + 1, n: index + 1 }))

  for (const [name, words, preload] of runtimes) {
    const hurried = [...words, ...preload]
    for (const deed of ['flush', 'close']) {
      it.concurrent(`in ${name} has sent all by ${deed}(), and lets the process end`, async () => {
        const it = await program(words, deed, server.url.origin)
        expect(it).toMatchObject({ exitCode: 0, stderr: '', stored: all })
      })
    }

    // Its next batch would go after twelve seconds, and this test has five.
    it.concurrent(`in ${name} keeps no process alive that does not close it`, async () => {
      const it = await program(words, 'nothing', server.url.origin)
      expect(it).toMatchObject({ exitCode: 0, stderr: '' })
    })

    it.concurrent(`in ${name} tries again while close() waits`, async () => {
      await using proxy = await startProxy(() => server.url.origin)
      proxy.does('cut when taken', { times: 2 })
      const it = await program(hurried, 'close', proxy.url)
      expect(it).toMatchObject({ exitCode: 0, stderr: '', stored: all })
    })

    const absent: [what: string, server: (proxy: BadProxy) => string][] = [
      ['is not there', () => 'http://127.0.0.1:9'],
      ['says nothing', ({ url }) => url],
    ]
    for (const [what, urlOf] of absent) {
      it.concurrent(`in ${name} gives up within 30 s of close() when its server ${what}`, async () => {
        await using proxy = await startProxy(() => server.url.origin)
        proxy.does('hang')
        const it = await program(hurried, 'close', urlOf(proxy))
        expect(it).toMatchObject({ exitCode: 0, stderr: '', stored: [] })
        // It ends sooner where the next try would be later than that.
        // A second of this machine, when it is busy, is twenty of the program.
        expect(it.seconds).toBeGreaterThan(5)
        expect(it.seconds).toBeLessThan(90)
      })
    }
  }
})
