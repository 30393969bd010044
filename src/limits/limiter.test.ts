import { expect, it } from 'bun:test'
import { silentLog } from '../telemetry/log'
import { createLimiter, createSharedLimiter, ratesOf } from './limiter'

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

it('gives strangers of a network the rate of one machine at most, whatever keys may publish', () => {
  const limiter = createSharedLimiter({
    rates: { publish: { most: 70_000, windowMs: 60_000 }, query: { most: 2, windowMs: 60_000 } },
    tally: { add: async () => 0 },
    clock: { monotonic: () => 0 },
    log: silentLog,
  })
  const host = (n: number) => `2001:db8:1:2::${n.toString(16)}`
  const passed = (count: number, ask: (n: number) => { isOver: boolean } | undefined) =>
    Array.from({ length: count }, (_, n) => ask(n)).filter((one) => !one?.isOver).length
  expect(passed(70_000, (n) => limiter.stranger(host(n), 'publish'))).toBe(60_000)
  expect(passed(9, (n) => limiter.stranger(host(n), 'query'))).toBe(2)
  expect(limiter.lookAt(host(10), 'query')?.isOver).toBe(true)
  expect(limiter.lookAt('2001:db8:1:3::1', 'query')?.isOver).toBe(false)
  expect(limiter.stranger(host(1), 'admin')).toBeUndefined()
  const page = (n: number) => ({ tenantId: 'school', keyId: 'key_1', ip: host(n) })
  expect(passed(9, (n) => limiter.known(page(n), undefined, 'query'))).toBe(2)
})
