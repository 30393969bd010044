import { describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'

// biome-ignore lint/suspicious/noExplicitAny: answers of several routes, looked at by their members
async function call(test: TestApp, method: string, path: string, body?: unknown): Promise<any> {
  const headers = { ...test.as(test.keys.admin), 'Content-Type': 'application/json' }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  const reply = await test.request(path, { method, headers, ...content })
  expect(reply.status).toBeLessThan(300)
  return reply.json()
}

let sent = 0
async function send(test: TestApp, count = 1, key = test.keys.demo) {
  const events = Array.from({ length: count }, () => ({
    event_type: 'opened',
    event_id: `e${sent++}`,
  }))
  const headers = { ...test.as(key), 'Content-Type': 'application/json' }
  return test.request('/api/v1/events', { method: 'POST', headers, body: JSON.stringify(events) })
}

/** Settings are known everywhere after five seconds, and a spending after ten. */
async function later(test: TestApp) {
  test.clock.advance(11_000)
}

const setSource = (test: TestApp, budgets: object) =>
  call(test, 'PUT', '/sources/demo', { name: 'Demo', budgets })

batteryOf({ method: 'GET', path: '/budgets', scope: 'admin', otherMethod: 'DELETE' })

describe('budgets', () => {
  notOnAws('clock')('are told of from 80 % on, and refuse nobody unless told to', async () => {
    await using test = await startTestApp({ config: { allowPrivateWebhooks: true } })
    const hook = { targetUrl: 'https://203.0.113.9/hook', enabled: true }
    await call(test, 'POST', '/webhooks', { ...hook, events: ['nonius.budget.spent'] })
    await call(test, 'POST', '/webhooks', { ...hook, events: ['nonius.*'] })
    await call(test, 'POST', '/webhooks', { ...hook, events: ['*'] })
    await setSource(test, { eventsPerDay: 10 })
    await later(test)
    expect((await send(test, 7)).status).toBe(200)
    const budgets = async () => (await call(test, 'GET', '/budgets')).budgets
    await later(test)
    expect(await budgets()).toEqual([
      {
        ...{ sourceId: 'demo', budget: 'eventsPerDay', limit: 10, used: 7, share: 0.7 },
        ...{ state: 'fine', whenSpent: 'warn' },
      },
    ])
    expect((await send(test, 1)).status).toBe(200)
    await later(test)
    expect((await budgets())[0]).toMatchObject({ used: 8, state: 'nearly_spent' })
    expect((await send(test, 5)).status).toBe(200)
    await later(test)
    expect((await budgets())[0]).toMatchObject({ used: 13, share: 1.3, state: 'spent' })
    expect((await send(test, 1)).status).toBe(200)
    await later(test)
    await budgets()

    const hooks = await test.platform.registry.webhooks.list('default')
    const lists = await Promise.all(
      hooks.map(({ webhookId }) =>
        test.platform.deliveries.list('default', webhookId, { limit: 100 }),
      ),
    )
    const queued = lists.flatMap(({ items }) => items)
    const notices = queued
      .map(({ notice }) => notice?.type)
      .filter(Boolean)
      .toSorted()
    // Once a day each, however often it is found.
    expect(notices).toEqual([
      'nonius.budget.nearly_spent',
      'nonius.budget.spent',
      'nonius.budget.spent',
    ])
    const ready = await call(test, 'GET', '/ready')
    expect(ready.notices).toEqual([expect.stringContaining('80 % or more: 1')])
    const metrics = await test.request('/metrics', {
      headers: test.as(await test.issue(['metrics:read'])),
    })
    expect(await metrics.text()).toMatch(
      /budget_used_ratio\{tenant="default",source="demo",budget="eventsPerDay"\} 1\.4/,
    )
    expect(test.logged.filter((line) => line.includes('a budget is spent'))).toHaveLength(2)
  })

  notOnAws('clock')('are kept to where their tenant said so, until the next day', async () => {
    await using test = await startTestApp()
    await setSource(test, { eventsPerDay: 3, whenSpent: 'refuse' })
    await later(test)
    expect((await send(test, 3)).status).toBe(200)
    await later(test)
    const refused = await send(test)
    const wait = Number(refused.headers.get('Retry-After'))
    const problem = await problemOf(refused, 'rate_limited')
    expect(problem.detail).toContain('The source demo has a budget of 3 events a day')
    const midnight = 24 * 60 * 60 - (Math.floor(test.clock.now().getTime() / 1000) % (24 * 60 * 60))
    expect(Math.abs(wait - midnight)).toBeLessThan(3)
    // Another source of the tenant is not concerned, nor is whoever reads.
    await call(test, 'POST', '/sources', { id: 'other', name: 'Other' })
    const key = await test.issue(['events:write'], 'default', { sourceId: 'other' })
    expect((await send(test, 1, key)).status).toBe(200)
    expect((await test.request('/api/v1/events', { headers: test.as() })).status).toBe(200)
    test.clock.advance(wait * 1000)
    expect((await send(test)).status).toBe(200)
  })

  notOnAws('clock')('of a tenant count all its sources, and the bytes that it holds', async () => {
    await using test = await startTestApp()
    const budgets = { eventsPerDay: 100, hotBytes: 1000, quarantineBytes: 50 }
    await call(test, 'PATCH', '/tenants/default', { budgets })
    await later(test)
    await call(test, 'POST', '/sources', { id: 'other', name: 'Other' })
    const key = await test.issue(['events:write'], 'default', { sourceId: 'other' })
    await send(test, 2)
    await send(test, 3, key)
    const broken = { ...test.as(), 'Content-Type': 'application/json' }
    const item = JSON.stringify([{ no_type: 'x'.repeat(100) }])
    await test.request('/api/v1/events', { method: 'POST', headers: broken, body: item })
    await later(test)
    const found = (await call(test, 'GET', '/budgets')).budgets as {
      budget: string
      used: number
      state: string
    }[]
    const used = Object.fromEntries(found.map((one) => [one.budget, one]))
    expect(used.eventsPerDay).toMatchObject({ used: 5, state: 'fine' })
    expect(used.quarantineBytes).toMatchObject({ state: 'spent' })
    expect(used.hotBytes!.used).toBeGreaterThan(5 * 30)
    expect(used.hotBytes!.used).toBeLessThan(5 * 80)
    // A resend takes no more room.
    const held = used.hotBytes!.used
    sent -= 3
    await send(test, 3, key)
    await later(test)
    const again = (await call(test, 'GET', '/budgets')).budgets as typeof found
    expect(again.find(({ budget }) => budget === 'hotBytes')!.used).toBe(held)
    expect(await call(test, 'PATCH', '/tenants/default', { budgets: null })).not.toHaveProperty(
      'budgets',
    )
    await later(test)
    expect((await call(test, 'GET', '/budgets')).budgets).toEqual([])
  })

  it('are of one’s own tenant alone', async () => {
    await using test = await startTestApp()
    await setSource(test, { eventsPerDay: 10 })
    const other = await test.issue(['admin'], 'other')
    const reply = await test.request('/budgets', { headers: test.as(other) })
    expect(await reply.json()).toEqual({ budgets: [] })
  })

  for (const budgets of [
    { eventsPerDay: 0 },
    { eventsPerDay: 1.5 },
    { hotBytes: 10 },
    { whenSpent: 'stop' },
    { perDay: 1 },
  ]) {
    it(`are refused for a source: ${JSON.stringify(budgets)}`, async () => {
      await using test = await startTestApp()
      const headers = { ...test.as(test.keys.admin), 'Content-Type': 'application/json' }
      const body = JSON.stringify({ name: 'Demo', budgets })
      const reply = await test.request('/sources/demo', { method: 'PUT', headers, body })
      await problemOf(reply, 'invalid_request')
    })
  }
})
