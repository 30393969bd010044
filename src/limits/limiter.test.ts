import { expect, it } from 'bun:test'
import { createLimiter, ratesOf } from './limiter'

it('counts each person of an issuer by themselves, and a key as one', () => {
  const rates = ratesOf({
    rateLimitPublish: '2/minute',
    rateLimitQuery: 'off',
    rateLimitAdmin: 'off',
  })
  const limiter = createLimiter({ rates, clock: { monotonic: () => 0 } })
  const ask = (subject?: string) => {
    const person = subject && { issuer: 'urn:x', subject, learnerId: subject, roles: [] }
    const who = { tenantId: 'school', keyId: 'issuer_1', ...(person && { person }) }
    return limiter.known(who, undefined, 'publish')?.isOver
  }
  expect([ask('ada'), ask('ada'), ask('ada')]).toEqual([false, false, true])
  expect([ask('bo'), ask('bo'), ask('bo')]).toEqual([false, false, true])
  expect([ask(), ask(), ask()]).toEqual([false, false, true])
})
