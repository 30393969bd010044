import { describe, expect, it } from 'bun:test'
import { startTestApp } from '../support/app'
import { describeNotOnAws } from '../support/not-on-aws'
import { aStatement } from '../support/xapi-statements'

type Trust = boolean | string[]
type Headers = Record<string, string>

const near = '172.18.0.2'
const far = '198.51.100.9'
const fleet = ['10.0.0.0/8', '2001:db8:aa::/48', '192.0.2.7']

/** Whose address a request is kept with: that of the client, whatever it says of itself. */
const clients: [what: string, trust: Trust, peer: string, headers: Headers, client: string][] = [
  ['nothing is believed', false, near, { 'X-Forwarded-For': far }, near],
  ['nothing is believed', false, '127.0.0.1', { Forwarded: `for=${far}` }, '127.0.0.1'],
  ['one proxy nearby', true, near, { 'X-Forwarded-For': far }, far],
  ['one proxy nearby', true, '127.0.0.1', { Forwarded: `for=${far};proto=https` }, far],
  ['one proxy nearby', true, '::ffff:10.1.2.3', { 'X-Forwarded-For': far }, far],
  ['one proxy nearby', true, 'fd00::2', { 'X-Forwarded-For': '2001:DB8::1' }, '2001:db8::1'],
  ['one proxy nearby', true, near, {}, near],
  // The client itself wrote the first: only what the proxy added counts.
  ['spoofed ahead', true, near, { 'X-Forwarded-For': `8.8.8.8, ${far}` }, far],
  ['spoofed ahead', true, near, { 'X-Forwarded-For': '8.8.8.8, 10.9.9.9' }, '10.9.9.9'],
  ['spoofed ahead', true, near, { Forwarded: `for=8.8.8.8, for="${far}:4711"` }, far],
  // Caddy and nginx hand on a `Forwarded` that the client made up.
  ['spoofed beside', true, near, { Forwarded: 'for=8.8.8.8', 'X-Forwarded-For': far }, far],
  ['from a stranger', true, far, { 'X-Forwarded-For': '8.8.8.8' }, far],
  ['from a stranger', fleet, near, { 'X-Forwarded-For': '8.8.8.8' }, near],
  ['two in a row', fleet, '10.0.0.1', { 'X-Forwarded-For': `8.8.8.8, ${far}, 10.0.0.2` }, far],
  ['two in a row', fleet, '192.0.2.7', { 'X-Forwarded-For': `${far}, 2001:db8:aa::1` }, far],
  ['all of them ours', fleet, '10.0.0.1', { 'X-Forwarded-For': '10.0.0.3, 10.0.0.2' }, '10.0.0.3'],
  ['with a port', true, near, { 'X-Forwarded-For': `${far}:4711` }, far],
  ['with a port', true, near, { Forwarded: 'for="[2001:db8::1]:4711"' }, '2001:db8::1'],
  ['hidden', true, near, { Forwarded: 'for=_hidden' }, near],
  ['hidden', true, near, { 'X-Forwarded-For': 'unknown' }, near],
  ['nonsense', true, near, { 'X-Forwarded-For': `${far}, <script>` }, near],
  ['nonsense', fleet, '10.0.0.1', { 'X-Forwarded-For': `${far}, 1.2.3, 10.0.0.2` }, '10.0.0.2'],
  ['empty', true, near, { 'X-Forwarded-For': '' }, near],
  [
    'endless',
    fleet,
    '10.0.0.1',
    { 'X-Forwarded-For': `8.8.8.8, ${'10.0.0.2, '.repeat(500)}10.0.0.2` },
    '10.0.0.2',
  ],
]

describeNotOnAws('proxy')("a client's address behind a proxy", () => {
  for (const [what, trustProxy, peer, headers, client] of clients) {
    const said = JSON.stringify(headers).slice(0, 60)
    it(`${what}: ${client} for ${peer}, which says ${said}`, async () => {
      await using test = await startTestApp({ config: { trustProxy } })
      const sent = { method: 'POST', body: '{"event_type":"x","user_id":"u"}' }
      const more = { ...test.as(), 'Content-Type': 'application/json', ...headers }
      const request = new Request('http://localhost/api/v1/events', { ...sent, headers: more })
      expect((await test.app.fetch(request, { ip: peer })).status).toBe(201)
      const read = await test.request('/analytics/events?view=record', { headers: test.as() })
      const { events } = (await read.json()) as { events: { server: { ip: string } }[] }
      expect(events[0]!.server.ip).toBe(client)
    })
  }
})

/** The base of what is asked for, as an answer in full has it. */
const bases: [trust: Trust, headers: Headers, base: string][] = [
  [false, {}, 'http://localhost'],
  [false, { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'x.edu' }, 'http://localhost'],
  [true, {}, 'http://localhost'],
  [true, { 'X-Forwarded-Proto': 'https' }, 'https://localhost'],
  [true, { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'x.edu' }, 'https://x.edu'],
  [
    true,
    {
      'X-Forwarded-Proto': 'HTTPS',
      'X-Forwarded-Host': 'x.edu:8443',
      'X-Forwarded-Prefix': '/nonius/',
    },
    'https://x.edu:8443/nonius',
  ],
  [true, { 'X-Forwarded-Prefix': '/a/b' }, 'http://localhost/a/b'],
  [true, { Forwarded: 'for=8.8.8.8;proto=https;host="x.edu"' }, 'https://x.edu'],
  [
    true,
    { Forwarded: 'proto=http;host=y.edu, for=1.2.3.4;proto=https;host=x.edu' },
    'https://x.edu',
  ],
  // Nothing that could not stand there is repeated.
  [true, { 'X-Forwarded-Proto': 'javascript' }, 'http://localhost'],
  [true, { 'X-Forwarded-Host': 'x.edu/"><script>' }, 'http://localhost'],
  [true, { 'X-Forwarded-Host': 'user@x.edu' }, 'http://localhost'],
  [true, { 'X-Forwarded-Prefix': '//evil.example' }, 'http://localhost'],
  [true, { 'X-Forwarded-Prefix': '/a/../b' }, 'http://localhost'],
  [true, { 'X-Forwarded-Prefix': 'nonius' }, 'http://localhost'],
  [true, { 'X-Forwarded-Prefix': '/a?b' }, 'http://localhost'],
]

describeNotOnAws('proxy')('what an answer says of where something is, behind a proxy', () => {
  for (const [trustProxy, headers, base] of bases) {
    it(`${base}: ${trustProxy ? 'believing' : 'not believing'} ${JSON.stringify(headers)}`, async () => {
      await using test = await startTestApp({ config: { trustProxy } })
      const ask = async (method: string, path: string, key: string, body?: unknown) => {
        const more = { ...test.as(key), 'Content-Type': 'application/json', ...headers }
        const version = { 'X-Experience-API-Version': '1.0.3' }
        const content = body === undefined ? {} : { body: JSON.stringify(body) }
        const init = { method, headers: { ...more, ...version }, ...content }
        return test.app.fetch(new Request(`http://localhost${path}`, init), { ip: near })
      }
      const { admin, demo } = test.keys
      const tool = { name: 'x', sourceId: 'demo', xapi: true }
      const made = await ask('POST', '/keys', admin, tool)
      const { endpoint, id } = (await made.json()) as { endpoint: string; id: string }
      expect(endpoint).toBe(`${base}/xapi`)
      const prefix = URL.parse(base)!.pathname.replace(/^\/$/, '')
      expect(made.headers.get('Location')).toBe(`${prefix}/keys/${id}`)
      const source = await ask('POST', '/sources', admin, { id: 'canvas', name: 'Canvas' })
      expect(source.headers.get('Location')).toBe(`${prefix}/sources/canvas`)

      for (const statement of [aStatement(), aStatement()]) {
        expect((await ask('POST', '/xapi/statements', demo, statement)).status).toBe(200)
      }
      const page = await ask('GET', '/xapi/statements?limit=1', demo)
      const { more } = (await page.json()) as { more: string }
      expect(more).toStartWith(`${prefix}/xapi/statements?more=`)

      // Of more than a hundred items in quarantine, an answer links to the others.
      const receipt = await ask('POST', '/api/v1/events', demo, Array(150).fill({ user_id: '' }))
      const { quarantinedLink } = (await receipt.json()) as { quarantinedLink: string }
      expect(quarantinedLink).toBe(`${prefix}/quarantine?sourceId=demo`)
    })
  }
})

describe('a page', () => {
  for (const path of ['/docs', '/docs/']) {
    it(`at ${path} finds what it needs under any base path`, async () => {
      await using test = await startTestApp()
      const page = await (await test.request(path)).text()
      // On AWS the page asks for a key first, and names both for its own script.
      const script = /(?:<script src|data-script)="([^"]+)"/.exec(page)![1]!
      const document = /(?:&quot;url&quot;:&quot;|data-document=")([^&"]+)/.exec(page)![1]!
      for (const base of ['https://x.edu', 'https://x.edu/nonius', 'https://x.edu/a/b']) {
        expect(new URL(script, base + path).href).toBe(`${base}/docs/scalar.js`)
        expect(new URL(document, base + path).href).toBe(`${base}/openapi.json`)
      }
    })
  }

  it('of the document names its server relative to itself', async () => {
    await using test = await startTestApp()
    const { servers } = (await (await test.request('/openapi.json')).json()) as {
      servers: { url: string }[]
    }
    for (const base of ['https://x.edu/', 'https://x.edu/nonius/']) {
      expect(new URL(servers[0]!.url, `${base}openapi.json`).href).toBe(base)
    }
  })
})
