import { describe, expect } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'

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
const ALONE = 'memory'

describe('rate limits', () => {
  notOnAws(ALONE)('say with each reply what is left, and 429 when nothing is', async () => {
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

  notOnAws(ALONE)('count each key and each class of routes apart', async () => {
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

  notOnAws(ALONE)('hold for whoever shows no good key, by address', async () => {
    await using test = await startTestApp({ config: low })
    const wrong = { headers: { Authorization: 'Bearer nk_wrong_and_long_enough_to_be_one' } }
    expect((await test.request('/analytics/events', wrong)).status).toBe(401)
    for (let n = 0; n < 3; n += 1) await test.request('/analytics/events')
    expect((await test.request('/analytics/events')).status).toBe(429)
    // Others behind the same address, whose keys are good, are not held up by it.
    expect((await read(test, await test.issue(['events:read']))).status).toBe(200)
  })

  notOnAws(ALONE)('never hold up those who watch over the server', async () => {
    await using test = await startTestApp({ config: low })
    const metrics = await test.issue(['metrics:read'])
    for (let n = 0; n < 20; n += 1) {
      expect((await test.request('/health')).status).toBe(200)
      expect((await test.request('/ready')).status).toBe(200)
      expect((await test.request('/metrics', { headers: test.as(metrics) })).status).toBe(200)
    }
  })

  notOnAws(ALONE)('hold for validating, which needs no key', async () => {
    await using test = await startTestApp({ config: low })
    const check = () =>
      test.request('/api/v1/events/validate', { method: 'POST', headers: json, body: event })
    for (let n = 0; n < 3; n += 1) expect((await check()).status).toBe(200)
    expect((await check()).status).toBe(429)
  })

  notOnAws(ALONE)('hold for all keys of a tenant together, and for no other tenant', async () => {
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
    for (let n = 0; n < 20; n += 1) expect((await send(test)).status).toBeLessThan(300)
  })

  notOnAws(ALONE)('are off where they are set so', async () => {
    await using test = await startTestApp({ config: { ...low, rateLimitPublish: 'off' } })
    for (let n = 0; n < 20; n += 1) {
      const { status, headers } = await send(test)
      expect(status).toBeLessThan(300)
      expect(headers.get('RateLimit-Limit')).toBeNull()
    }
  })
})
