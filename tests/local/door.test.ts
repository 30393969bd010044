import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readConfig } from '../../src/config/read-config'
import { type Server, startServer } from '../../src/server'
import { temporaryFolder } from '../support/folders'
import { rawRequest } from '../support/raw-request'
import { openSocket } from '../support/sockets'

const key = 'nk_of_the_demo_source'
const validate = '/caliper/v1p2/events/validate'

function configured(dataDir: string, more: Record<string, string> = {}) {
  return readConfig({
    NONIUS_PORT: '0',
    NONIUS_HOST: '127.0.0.1',
    NONIUS_DATA_DIR: dataDir,
    NONIUS_DEMO_KEY: key,
    NONIUS_ADMIN_KEY: 'nk_of_the_admin',
    NONIUS_LOG_LEVEL: 'error',
    ...more,
  })
}

/** What a target is routed to, by what is answered; `bad` is Bun's own 400, before anything of ours. */
const targets: [target: string, answer: 'home' | 'health' | 'nothing' | 'no key' | 'bad'][] = [
  ['/health', 'health'],
  ['/health/', 'health'],
  ['/health?x=/webhooks', 'health'],
  ['/health#/webhooks', 'health'],
  ['http://x/health', 'health'],
  ['http://x.example/health?y', 'health'],
  ['https://x/health', 'health'],
  // As the URL standard takes steps away, encoded or not; a proxy that guards paths must do so too.
  ['/public/../health', 'health'],
  ['/public/%2e%2e/health', 'health'],
  ['/./health', 'health'],
  ['/%68ealth', 'health'],
  ['\\health', 'bad'],
  ['/public\\..\\health', 'health'],
  ['//health', 'health'],
  ['///health', 'health'],
  ['//x/health', 'nothing'],
  ['/public/health', 'nothing'],
  ['/public/webhooks', 'nothing'],
  ['/http://x/health', 'nothing'],
  ['/x@health', 'nothing'],
  ['/%2fhealth', 'nothing'],
  ['/health%2f', 'nothing'],
  ['/health%00', 'nothing'],
  ['/%zz', 'nothing'],
  ['/HEALTH', 'nothing'],
  ['/', 'home'],
  ['http://x', 'home'],
  ['http://health/', 'home'],
  ['/webhooks', 'no key'],
  ['http://x/webhooks', 'no key'],
  ['health', 'bad'],
  ['*', 'bad'],
  ['?/health', 'bad'],
]

const hosts: [name: string, line: string][] = [
  ['usual', 'Host: localhost\r\n'],
  ['empty', 'Host:\r\n'],
  ['with a path', 'Host: x/health\r\n'],
  ['with a query', 'Host: x?/health\r\n'],
  ['with a fragment', 'Host: x#y\r\n'],
  ['with a user', 'Host: u:p@x\r\n'],
  ['with spaces', 'Host: a b\r\n'],
  ['with a port that is none', 'Host: x:99999\r\n'],
  ['with a bracket', 'Host: [::1\r\n'],
  ['with a percent sign', 'Host: %zz\r\n'],
  ['beyond ASCII', 'Host: grüße\r\n'],
  ['twice', 'Host: x\r\nHost: y\r\n'],
]

describe('the door of one machine', () => {
  const folder = temporaryFolder()
  let server: Server
  beforeAll(async () => {
    server = await startServer(configured(folder.path, { NONIUS_BODY_TIMEOUT_SECONDS: '1' }))
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })
  const raw = (head: string, ...more: (string | Uint8Array)[]) =>
    rawRequest(server.url, [Buffer.from(head, 'latin1'), ...more])

  const told = { home: 200, health: 200, nothing: 404, 'no key': 401, bad: 400 }
  for (const [hostName, host] of hosts) {
    it(`routes by the target alone where the host is ${hostName}`, async () => {
      for (const [target, answer] of targets) {
        const { status, body } = await raw(`GET ${target} HTTP/1.1\r\n${host}\r\n`)
        expect([target, status]).toEqual([target, told[answer]])
        if (answer === 'health') expect(body).toBe('{"status":"ok"}')
        else if (answer === 'home') expect(body).toContain('Nonius')
        else if (answer !== 'bad') expect(JSON.parse(body)).toHaveProperty('requestId')
      }
    })
  }

  it('routes by the target alone where HTTP/1.0 has no host', async () => {
    expect((await raw('GET /health HTTP/1.0\r\n\r\n')).status).toBe(200)
    expect((await raw('GET /public/webhooks HTTP/1.0\r\n\r\n')).status).toBe(404)
  })

  it('answers a method that an address does not take with those it takes', async () => {
    for (const method of ['PUT', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY', 'CONNECT']) {
      // What CONNECT names is a host, which leaves the address of the page.
      const target = method === 'CONNECT' ? 'x:80' : '/health'
      const { status } = await raw(`${method} ${target} HTTP/1.1\r\nHost: x\r\n\r\n`)
      expect([method, status]).toEqual([method, 405])
    }
  })

  it('answers requests that are sent before the reply to the first, in order', async () => {
    const { came } = await piped(server.url, ['/health', '/nothing', '/health'])
    const statuses = [...came.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
    expect(statuses).toEqual(['200', '404', '200'])
  })

  it('tells browsers of every answer to load nothing from it and keep nothing of it', async () => {
    const paths = ['/health', '/nothing', '/webhooks', '/openapi.json', validate]
    for (const path of paths) {
      const { headers } = await fetch(new URL(path, server.url))
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(headers.get('Referrer-Policy')).toBe('strict-origin-when-cross-origin')
      expect(headers.get('X-Frame-Options')).toBe('DENY')
      expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'")
      expect(headers.get('Cross-Origin-Resource-Policy')).toMatch(/^(same|cross)-origin$/)
      expect(headers.get('Cache-Control')).toBe('no-store')
    }
    const { headers } = await fetch(new URL('/docs', server.url))
    expect(headers.get('Content-Security-Policy')).toContain("script-src 'self'")
    const { headers: script } = await fetch(new URL('/docs/scalar.js', server.url))
    expect(script.get('Cache-Control')).toContain('max-age')
  })

  for (const [name, head] of [
    ['of a known length', 'Content-Length: 1000'],
    ['of a large known length', 'Content-Length: 1000000'],
    ['of an unknown length', 'Transfer-Encoding: chunked'],
  ] as const) {
    it(`gives up a body ${name} that does not come in time`, async () => {
      const before = performance.now()
      for (const [path, more] of [
        [validate, ''],
        ['/api/v1/events', `Authorization: ${key}\r\n`],
        ['/webhooks', `Authorization: ${key}\r\n`],
      ]) {
        const lines = `Host: x\r\n${head}\r\n${more}\r\n`
        const { status, headers, body } = await raw(`POST ${path} HTTP/1.1\r\n${lines}`, '5\r\n')
        expect(status).toBe(408)
        expect(headers.connection).toBe('close')
        expect(JSON.parse(body)).toMatchObject({ code: 'timeout', status: 408 })
      }
      expect(performance.now() - before).toBeLessThan(10_000)
    }, 60_000)
  }

  it('lets no second server have its port', async () => {
    using other = temporaryFolder()
    const { port } = server.url
    const second = startServer(configured(other.path, { NONIUS_PORT: port }))
    expect(second).rejects.toThrow('the port is in use')
    await second.catch(() => {})
    expect((await fetch(new URL('/health', server.url))).status).toBe(200)
  })

  it('has so many WebSockets of one tenant and no more, and again when some are closed', async () => {
    const url = new URL('/ws/publish', server.url)
    const open = () => openSocket(url, { headers: { Authorization: key } })
    const sockets = await Promise.all(Array.from({ length: 256 }, open))
    expect(open()).rejects.toThrow('refused')
    await open().catch(() => {})
    await sockets.pop()![Symbol.asyncDispose]()
    await Bun.sleep(50)
    sockets.push(await open())
    for (const socket of sockets) await socket[Symbol.asyncDispose]()
  }, 60_000)
})

async function piped(url: URL, paths: string[]) {
  const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('')
  let came = ''
  const socket = await Bun.connect({
    hostname: url.hostname,
    port: Number(url.port),
    socket: {
      data(_, bytes) {
        came += bytes.toString()
      },
    },
  })
  socket.write(requests)
  for (
    let waits = 0;
    waits < 200 && (came.match(/HTTP\/1\.1/g)?.length ?? 0) < paths.length;
    waits += 1
  ) {
    await Bun.sleep(10)
  }
  socket.end()
  return { came }
}
