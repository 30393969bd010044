import { describe, expect, it } from 'bun:test'
import { startTestApp } from '../support/app'
import { anEnvelopeText } from '../support/envelopes'

const origin = 'https://lms.example.edu'

describe('a page of another origin', () => {
  for (const path of ['/caliper/v1p2/events', '/caliper/v1p2/events/validate', '/api/v1/events']) {
    it(`may send events to ${path}: the preflight says so`, async () => {
      await using app = await startTestApp()
      const response = await app.request(path, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization,content-type',
        },
      })
      expect(response.status).toBe(204)
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(response.headers.get('Access-Control-Allow-Methods')).toContain('POST')
      const allowed = response.headers.get('Access-Control-Allow-Headers')!.toLowerCase()
      for (const name of ['authorization', 'content-type', 'content-encoding', 'prefer']) {
        expect(allowed).toContain(name)
      }
    })
  }

  it('may read the answers, refusals included, but never with credentials', async () => {
    await using app = await startTestApp()
    const headers = { ...app.as(), Origin: origin, 'Content-Type': 'application/json' }
    const init = { method: 'POST', body: anEnvelopeText() }
    const taken = await app.request('/caliper/v1p2/events', { ...init, headers })
    const refused = await app.request('/caliper/v1p2/events', {
      ...init,
      headers: { Origin: origin },
    })
    expect([taken.status, refused.status]).toEqual([200, 401])
    for (const response of [taken, refused]) {
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(response.headers.get('Access-Control-Expose-Headers')).toContain('X-Request-Id')
      expect(response.headers.has('Access-Control-Allow-Credentials')).toBe(false)
    }
  })

  it('may read how much more it may ask', async () => {
    await using app = await startTestApp()
    for (const path of ['/caliper/v1p2/events', '/api/v1/events', '/xapi/about']) {
      const response = await app.request(path, { headers: { Origin: origin } })
      const exposed = response.headers.get('Access-Control-Expose-Headers')
      for (const name of [
        'Retry-After',
        'RateLimit-Limit',
        'RateLimit-Remaining',
        'RateLimit-Reset',
      ])
        expect(exposed).toContain(name)
    }
  })

  it('is one of those that the operator named, where he named any', async () => {
    const config = { corsOrigins: [origin, 'http://localhost:5173'] }
    await using app = await startTestApp({ config })
    for (const [from, allowed] of [
      [origin, origin],
      ['http://localhost:5173', 'http://localhost:5173'],
      ['https://evil.example', null],
      ['null', null],
    ] as const) {
      for (const path of ['/caliper/v1p2/events', '/api/v1/events', '/xapi/statements']) {
        for (const method of ['OPTIONS', 'POST']) {
          const headers = { Origin: from, 'Access-Control-Request-Method': 'POST' }
          const response = await app.request(path, { method, headers })
          expect(response.headers.get('Access-Control-Allow-Origin')).toBe(allowed)
          expect(response.headers.get('Vary')).toContain('Origin')
        }
      }
    }
  })

  it('may not read events or webhooks', async () => {
    await using app = await startTestApp()
    for (const path of ['/analytics/events', '/webhooks']) {
      const response = await app.request(path, { headers: { ...app.as(), Origin: origin } })
      expect(response.headers.has('Access-Control-Allow-Origin')).toBe(false)
    }
  })
})
