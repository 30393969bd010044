import { describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'

const event = JSON.stringify({ event_type: 'lesson_completed', user_id: 'ada' })
const json = { 'Content-Type': 'application/json' }

const send = (test: TestApp, key?: string) =>
  test.request('/api/v1/events', {
    method: 'POST',
    headers: { ...json, ...test.as(key) },
    body: event,
  })
const read = (test: TestApp, key?: string) =>
  test.request('/analytics/events', { headers: test.as(key) })

const low = { rateLimitPublish: '3/minute', rateLimitQuery: '2/minute', rateLimitAdmin: '2/minute' }

describe('rate limits', () => {
  it('say with each reply what is left, and 429 when nothing is', async () => {
    await using test = await startTestApp({ config: low })
    for (const left of ['2', '1', '0']) {
      const { status, headers } = await send(test)
      expect(status).toBeLessThan(300)
      expect(headers.get('RateLimit-Limit')).toBe('3')
      expect(headers.get('RateLimit-Remaining')).toBe(left)
      expect(Number(headers.get('RateLimit-Reset'))).toBeWithin(1, 61)
    }
    const refused = await send(test)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('RateLimit-Remaining')).toBe('0')
    const wait = Number(refused.headers.get('Retry-After'))
    expect(wait).toBeWithin(1, 61)
    const { detail } = await problemOf(refused, 'rate_limited')
    expect(detail).toContain('3 requests in 60 s')
    test.clock.advance(wait * 1000)
    expect((await send(test)).status).toBeLessThan(300)
  })

  it('count each key and each class of routes apart', async () => {
    await using test = await startTestApp({ config: low })
    const other = await test.issue(['events:write', 'events:read'])
    for (let n = 0; n < 4; n += 1) await send(test)
    expect((await send(test)).status).toBe(429)
    expect((await send(test, other)).status).toBeLessThan(300)
    expect((await read(test, other)).status).toBe(200)
    expect((await read(test, other)).status).toBe(200)
    expect((await read(test, other)).status).toBe(429)
    const changes = {
      method: 'PATCH',
      headers: { ...json, ...test.as(test.keys.admin) },
      body: '{}',
    }
    expect((await test.request('/tenants/default', changes)).status).toBe(200)
    expect((await test.request('/tenants/default', changes)).status).toBe(200)
    expect((await test.request('/tenants/default', changes)).status).toBe(429)
  })

  it('hold for whoever shows no good key, by address', async () => {
    await using test = await startTestApp({ config: low })
    const wrong = { headers: { Authorization: 'Bearer nk_wrong_and_long_enough_to_be_one' } }
    expect((await test.request('/analytics/events', wrong)).status).toBe(401)
    for (let n = 0; n < 3; n += 1) await test.request('/analytics/events')
    expect((await test.request('/analytics/events')).status).toBe(429)
    // Others behind the same address, whose keys are good, are not held up by it.
    expect((await read(test, await test.issue(['events:read']))).status).toBe(200)
  })

  const ways: [name: string, path: (key: string) => string, body: (key: string) => object][] = [
    ['the path', (key) => `/api/v1/in/${key}`, () => ({ event_type: 'tap' })],
    ['the path of Caliper', (key) => `/caliper/in/${key}`, () => ({ data: [] })],
    ['the query', (key) => `/api/v1/events?api_key=${key}`, () => ({ event_type: 'tap' })],
    [
      'the body',
      () => '/v1/track',
      (writeKey) => ({ writeKey, type: 'track', event: 'a', userId: 'u', messageId: 'm' }),
    ],
  ]
  const apps = shared(() => startTestApp({ config: low }))
  for (const [name, path, body] of ways) {
    it(`never hold up a good key in ${name} for what strangers do`, async () => {
      const test = await apps()
      for (let n = 0; n < 10; n += 1) await test.request('/api/v1/events', { method: 'POST' })
      const key = await test.issue(['events:write'])
      const sent = { method: 'POST', headers: json, body: JSON.stringify(body(key)) }
      expect((await test.request(path(key), sent)).status).toBeLessThan(429)
    })
  }

  notOnAws('metrics')('never hold up those who watch over the server', async () => {
    await using test = await startTestApp({ config: low })
    const metrics = await test.issue(['metrics:read'])
    for (let n = 0; n < 20; n += 1) {
      expect((await test.request('/health')).status).toBe(200)
      expect((await test.request('/ready')).status).toBe(200)
      expect((await test.request('/metrics', { headers: test.as(metrics) })).status).toBe(200)
    }
  })

  it('hold for validating, which needs no key', async () => {
    await using test = await startTestApp({ config: low })
    const check = () =>
      test.request('/api/v1/events/validate', { method: 'POST', headers: json, body: event })
    for (let n = 0; n < 3; n += 1) expect((await check()).status).toBe(200)
    expect((await check()).status).toBe(429)
    const junk = { ...json, Authorization: 'Bearer nk_wrong_and_long_enough_to_be_one' }
    const shown = { method: 'POST', headers: junk, body: event }
    expect((await test.request('/api/v1/events/validate', shown)).status).toBe(429)
  })

  it('hold for all keys of a tenant together, and for no other tenant', async () => {
    await using test = await startTestApp()
    const loud = [await test.issue(['events:write', 'admin'], 'loud')]
    for (let n = 0; n < 4; n += 1) loud.push(await test.issue(['events:write'], 'loud'))
    await test.platform.registry.tenants.put({
      tenantId: 'loud',
      name: 'Loud',
      createdAt: '2026-11-15T10:15:00.000Z',
      limits: { publish: '10/minute' },
    })
    test.clock.advance(5_000)
    const answers: number[] = []
    for (let n = 0; n < 50; n += 1) answers.push((await send(test, loud[n % 5])).status)
    expect(answers.filter((status) => status < 300)).toHaveLength(10)
    expect(answers.filter((status) => status === 429)).toHaveLength(40)
    expect(test.logged.join()).not.toContain('AccessDenied')
    for (let n = 0; n < 20; n += 1) expect((await send(test)).status).toBeLessThan(300)
  })

  it('stop whoever tries keys, and nobody with a good one', async () => {
    await using test = await startTestApp({ config: low })
    const guesses: number[] = []
    for (let n = 0; n < 6; n += 1) {
      guesses.push((await send(test, `nk_guess_number_${n}_long_enough`)).status)
    }
    expect(guesses).toEqual([401, 401, 401, 429, 429, 429])
    expect((await send(test)).status).toBeLessThan(300)
  })

  it('count a key in a loop once, so that others of its tenant go on', async () => {
    await using test = await startTestApp({ config: low })
    const tenant = (await test.platform.registry.tenants.get('default'))!
    await test.platform.registry.tenants.put({ ...tenant, limits: { publish: '8/minute' } })
    for (let n = 0; n < 30; n += 1) await send(test)
    const other = await test.issue(['events:write'])
    expect((await send(test, other)).status).toBeLessThan(300)
  })

  notOnAws('proxy')('count a key for pages by address, and other pages as strangers', async () => {
    await using test = await startTestApp({ config: { ...low, trustProxy: ['192.0.2.0/24'] } })
    const made = await test.request('/keys', {
      method: 'POST',
      headers: { ...json, ...test.as(test.keys.admin) },
      body: JSON.stringify({ name: 'x', sourceId: 'demo', origins: ['https://a.example'] }),
    })
    const { key } = (await made.json()) as { key: string }
    const from = async (ip: string, Origin = 'https://a.example') => {
      const headers = { ...json, ...test.as(key), Origin, 'X-Forwarded-For': ip }
      return (await test.request('/api/v1/events', { method: 'POST', headers, body: event })).status
    }
    const wrong: number[] = []
    for (let n = 0; n < 5; n += 1) wrong.push(await from('203.0.113.1', 'https://evil.example'))
    expect(wrong).toEqual([403, 403, 403, 429, 429])
    for (let n = 0; n < 9; n += 1) await from('203.0.113.2')
    expect(await from('203.0.113.2')).toBe(429)
    expect(await from('203.0.113.1')).toBeLessThan(300)
    expect(await from('203.0.113.3')).toBeLessThan(300)
  })

  notOnAws('one at a time')(
    'leave another tenant as quick as it was while one floods',
    async () => {
      await using test = await startTestApp()
      const loud = await test.issue(['events:write'], 'loud')
      const createdAt = '2026-11-15T10:15:00.000Z'
      const limits = { publish: '10/minute' }
      const tenant = { tenantId: 'loud', name: 'Loud', createdAt, limits }
      await test.platform.registry.tenants.put(tenant)
      const slowest = async () => {
        let most = 0
        for (let n = 0; n < 20; n += 1) {
          const before = performance.now()
          expect((await send(test)).status).toBeLessThan(300)
          most = Math.max(most, performance.now() - before)
        }
        return most
      }
      await slowest()
      let isOver = false
      const floods = Array.from({ length: 20 }, async () => {
        while (!isOver) {
          await send(test, loud)
          // A request over a socket comes in a turn of its own.
          await new Promise((resolve) => setImmediate(resolve))
        }
      })
      const beside = await slowest()
      isOver = true
      await Promise.all(floods)
      // A quarter of a second is what nobody notices; it takes some ms.
      expect(beside).toBeLessThan(250)
    },
  )

  it('are off where they are set so', async () => {
    await using test = await startTestApp({ config: { ...low, rateLimitPublish: 'off' } })
    for (let n = 0; n < 20; n += 1) {
      const { status, headers } = await send(test)
      expect(status).toBeLessThan(300)
      expect(headers.get('RateLimit-Limit')).toBeNull()
    }
  })
})
