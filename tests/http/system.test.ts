import { describe, expect, it } from 'bun:test'
import type { Platform } from '../../src/platform/platform'
import { startTestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'

describe('GET /health', () => {
  it('is exactly {"status":"ok"}', async () => {
    await using app = await startTestApp()
    const response = await app.request('/health')
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('{"status":"ok"}')
  })

  notOnAws('faults')('stays so when the platform is not well', async () => {
    await using app = await startTestApp({ wrap: unwell('disk: full') })
    expect((await app.request('/health')).status).toBe(200)
  })
})

describe('GET /ready', () => {
  notOnAws('lag')('says so, and how far the consumers are behind', async () => {
    await using app = await startTestApp()
    const response = await app.request('/ready')
    expect(response.status).toBe(200)
    const [feed, quarantine] = [{ records: 0, ageMs: 0 }, { nearlyFull: 0 }]
    expect(await response.json()).toEqual({ status: 'ready', feed, notices: [], quarantine })
  })

  notOnAws('faults')(
    'says what a person should see to, and takes events all the same',
    async () => {
      const notices = ['a part of the log is damaged']
      const wrap = (platform: Platform): Platform => ({
        ...platform,
        health: async () => ({ problems: [], notices }),
      })
      await using app = await startTestApp({ wrap })
      const response = await app.request('/ready')
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ status: 'ready', notices })
    },
  )

  notOnAws('faults')('is 503 with every problem when it is not', async () => {
    await using app = await startTestApp({ wrap: unwell('disk: full', 'feed: archive is stuck') })
    const response = await app.request('/ready')
    const { errors } = await problemOf(response, 'not_ready')
    expect(errors.map(({ message }) => message)).toEqual(['disk: full', 'feed: archive is stuck'])
    expect(response.headers.get('Retry-After')).toBe('5')
  })
})

describe('GET /docs', () => {
  const apps = shared(startTestApp)

  it('is a page that may load nothing from anywhere else', async () => {
    const app = await apps()
    const response = await app.request('/docs')
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=UTF-8')
    const policy = response.headers.get('Content-Security-Policy')!.split('; ')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self'")
    expect(policy.join()).not.toMatch(/https?:|\*|unsafe-eval/)
    const page = await response.text()
    expect(page).not.toMatch(/https?:\/\//)
    expect(page).toContain('./docs/scalar.js"')
  })

  it('brings its script along, compressed for those who can read that', async () => {
    const app = await apps()
    const plain = await app.request('/docs/scalar.js', { headers: app.as() })
    expect(plain.headers.has('Content-Encoding')).toBe(false)
    const script = await plain.text()
    expect(script).toContain('createApiReference')

    const headers = { ...app.as(), 'Accept-Encoding': 'br, gzip' }
    const gzipped = await app.request('/docs/scalar.js', { headers })
    expect(gzipped.headers.get('Content-Encoding')).toBe('gzip')
    expect(gzipped.headers.get('Vary')).toBe('Accept-Encoding')
    const bytes = Bun.gunzipSync(await gzipped.arrayBuffer())
    expect(new TextDecoder().decode(bytes)).toBe(script)
  })

  it('sends the script once to a browser that keeps it', async () => {
    const app = await apps()
    const headers = app.as() // on AWS it is for those with a key
    const etag = (await app.request('/docs/scalar.js', { headers })).headers.get('ETag')!
    const again = await app.request('/docs/scalar.js', {
      headers: { ...headers, 'If-None-Match': etag },
    })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
  })
})

describe('an address', () => {
  const apps = shared(startTestApp)

  it('where nothing is answers 404', async () => {
    const app = await apps()
    for (const path of ['/nothing', '/caliper/v1p2', '/health/more']) {
      await problemOf(await app.request(path), 'not_found')
    }
  })

  it('may end in a slash', async () => {
    const app = await apps()
    expect((await app.request('/health/')).status).toBe(200)
    const headers = app.as()
    expect((await app.request('/caliper/v1p2/events/', { headers })).status).toBe(200)
  })

  const methods: [path: string, allow: string][] = [
    ['/health', 'GET, HEAD, OPTIONS'],
    ['/caliper/v1p2/events', 'GET, POST, HEAD, OPTIONS'],
    ['/caliper/v1p2/events/validate', 'POST, OPTIONS'],
    ['/analytics/events/x', 'GET, HEAD, OPTIONS'],
    ['/webhooks/x', 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS'],
  ]
  for (const [path, allow] of methods) {
    it(`${path} takes ${allow} and says so`, async () => {
      const app = await apps()
      const options = await app.request(path, { method: 'OPTIONS' })
      expect(options.status).toBe(204)
      expect(options.headers.get('Allow')).toBe(allow)
      const other = ['PATCH', 'POST'].find((method) => !allow.includes(method))!
      const refused = await app.request(path, { method: other })
      await problemOf(refused, 'method_not_allowed')
      expect(refused.headers.get('Allow')).toBe(allow)
    })
  }

  it('that is read answers HEAD with the same headers and no body', async () => {
    const app = await apps()
    const response = await app.request('/analytics/events', { method: 'HEAD', headers: app.as() })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(await response.text()).toBe('')
  })
})

describe('the request id', () => {
  const apps = shared(startTestApp)

  it('is new for each request', async () => {
    const app = await apps()
    const ids = await Promise.all(
      ['/health', '/health', '/nothing'].map(async (path) => {
        return (await app.request(path)).headers.get('X-Request-Id')
      }),
    )
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it("is the sender's own when it is safe to repeat", async () => {
    const app = await apps()
    for (const id of ['a', 'Trace_1.2-3', 'x'.repeat(128)]) {
      const response = await app.request('/health', { headers: { 'X-Request-Id': id } })
      expect(response.headers.get('X-Request-Id')).toBe(id)
    }
  })

  it('is ours when it is not', async () => {
    const app = await apps()
    for (const id of ['', 'a b', 'x'.repeat(129), '{"a":1}', 'é']) {
      const response = await app.request('/health', { headers: { 'X-Request-Id': id } })
      expect(response.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  })
})

function unwell(...problems: string[]) {
  return (platform: Platform): Platform => ({ ...platform, health: async () => ({ problems }) })
}
