import { expect, it } from 'bun:test'
import type { Principal } from '../identity/principal'
import { createLimiter } from '../limits/limiter'
import { readRate } from '../limits/rate'
import type { Services } from '../services'
import type { AppContext } from './context'
import { rateLimitOf } from './rate-limit'

it('counts each person of an issuer by themselves, and a key of pages by address', async () => {
  const rates = { query: readRate('2/minute') }
  const limiter = createLimiter({ rates, clock: { monotonic: () => 0 } })
  const services = { limiter, findTenant: async () => undefined } as unknown as Services
  const limit = rateLimitOf(services)!
  const ask = async (more: Partial<Principal>, ip = '203.0.113.1') => {
    const c = { req: { method: 'GET', path: '/sources' }, env: { ip }, header() {} }
    const principal = { tenantId: 'school', sourceId: 'x', keyId: 'issuer_1', scopes: [], ...more }
    return limit.known(c as unknown as AppContext, principal).then(
      () => 200,
      (thrown) => thrown.status,
    )
  }
  const person = (subject: string) => {
    return { person: { issuer: 'urn:x', subject, learnerId: subject, roles: [] } }
  }
  const origins = { origins: ['https://a.example'] }
  for (const who of [person('ada'), person('bo'), {}, origins]) {
    expect([await ask(who), await ask(who), await ask(who)]).toEqual([200, 200, 429])
  }
  expect(await ask(origins, '203.0.113.2')).toBe(200)
})
