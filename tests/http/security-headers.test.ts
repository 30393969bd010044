import { describe, expect, it } from 'bun:test'
import { startTestApp } from '../support/app'
import { notOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'

const exact = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-XSS-Protection': '1; mode=block',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
}
const origin = 'https://quiz.example.edu'
const preflight = { Origin: origin, 'Access-Control-Request-Method': 'POST' }

const replies: [method: string, path: string, status: number, headers?: Record<string, string>][] =
  [
    ['GET', '/health', 200],
    ['HEAD', '/health', 200],
    ['GET', '/', 200],
    ['GET', '/docs', 200],
    ['GET', '/docs/scalar.js', 200],
    ['GET', '/openapi.json', 200],
    ['GET', '/client.js', 200],
    ['GET', '/nothing', 404],
    ['GET', '/api/nothing', 404],
    ['GET', '/xapi/about', 200],
    ['GET', '/xapi/statements', 401],
    ['GET', '/keys', 401],
    ['GET', '/ws/publish', 401],
    ['DELETE', '/health', 405],
    ['OPTIONS', '/health', 204],
    ['OPTIONS', '/api/v1/events', 204, preflight],
    ['OPTIONS', '/caliper/v1p2/events', 204, preflight],
    ['OPTIONS', '/xapi/statements', 204, preflight],
    ['POST', '/caliper/v1p2/events/validate', 400],
  ]

describe('every reply has the headers that keep a browser from harm', () => {
  const rows = shared(startTestApp)
  for (const [method, path, status, headers = {}] of replies) {
    it(`${method} ${path} (${status})`, async () => {
      const test = await rows()
      // On AWS the script is for those with a key.
      const shown = path === '/docs/scalar.js' ? test.as() : {}
      const reply = await test.request(path, { method, headers: { ...shown, ...headers } })
      expect(reply.status).toBe(status)
      for (const [name, value] of Object.entries(exact)) {
        expect([name, reply.headers.get(name)]).toEqual([name, value])
      }
      const policy = reply.headers.get('Content-Security-Policy')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
    })
  }

  notOnAws('proxy')(
    'asks for https only where that is spoken, as a trusted proxy says',
    async () => {
      await using test = await startTestApp({ config: { trustProxy: ['192.0.2.0/24'] } })
      const strict = async (scheme?: string) => {
        const headers: Record<string, string> = scheme ? { 'X-Forwarded-Proto': scheme } : {}
        const replies = ['/health', '/nothing', '/keys', '/docs'].map((path) =>
          test.request(path, { headers }),
        )
        const said = (await Promise.all(replies)).map((reply) =>
          reply.headers.get('Strict-Transport-Security'),
        )
        return [...new Set(said)]
      }
      expect(await strict('https')).toEqual(['max-age=31536000; includeSubDomains'])
      expect(await strict('http')).toEqual([null])
      expect(await strict()).toEqual([null])
      await using believesNobody = await startTestApp()
      const headers = { 'X-Forwarded-Proto': 'https' }
      const reply = await believesNobody.request('/health', { headers })
      expect(reply.headers.has('Strict-Transport-Security')).toBe(false)
    },
  )
})
