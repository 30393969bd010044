import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { MAX_LOADS, SILENCE_MS } from '../../src/analytics/loads/loads'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'

const report = {
  target: 'snowflake LEARNING.EVENTS',
  state: 'done',
  startedAt: '2026-11-15T10:15:00.000Z',
  endedAt: '2026-11-15T10:15:20.000Z',
  completeTo: '2026-11-15T10:15:00.000Z',
  inserted: 12,
  everySeconds: 3600,
}
const text = JSON.stringify(report)
const put = (app: TestApp, name = 'x', key = app.keys.admin, body = text) =>
  app.request(`/analytics/loads/${name}`, {
    method: 'PUT',
    headers: { ...app.as(key), 'Content-Type': 'application/json' },
    body,
  })

batteryOf({
  method: 'GET',
  path: '/analytics/loads',
  scope: 'events:read',
  otherMethod: 'POST',
})
batteryOf({
  method: 'PUT',
  path: '/analytics/loads/snowflake',
  scope: 'admin',
  otherMethod: 'PATCH',
  body: { type: 'application/json', text },
})
batteryOf({
  method: 'DELETE',
  path: '/analytics/loads/x',
  scope: 'admin',
  otherMethod: 'PATCH',
  prepare: async (app) => void (await put(app)),
})

describe('/analytics/loads', () => {
  let app: TestApp
  let other: string
  beforeAll(async () => {
    app = await startTestApp()
    const createdAt = app.clock.now().toISOString()
    await app.platform.registry.tenants.put({ tenantId: 'other', name: 'other', createdAt })
    other = await app.issue(['admin'], 'other')
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function list(key = app.keys.demo) {
    const reply = await app.request('/analytics/loads', { headers: app.as(key) })
    expect(reply.status).toBe(200)
    return ((await reply.json()) as { loads: Record<string, unknown>[] }).loads
  }

  it('lists what was reported, by name, and keeps how far the data are', async () => {
    expect(await list()).toEqual([])
    expect((await put(app, 'snowflake')).status).toBe(200)
    const { completeTo: _, ...failed } = { ...report, state: 'failed', reason: 'no warehouse' }
    await put(app, 'snowflake', app.keys.admin, JSON.stringify(failed))
    await put(app, 'bigquery')
    expect(await list()).toMatchObject([
      { name: 'bigquery', ...report, removed: 0, isOverdue: false },
      { name: 'snowflake', ...report, state: 'failed', reason: 'no warehouse' },
    ])
  })

  it('shows nothing of another tenant, and forgets nothing of theirs', async () => {
    await put(app, 'ours')
    expect(await list(other)).toEqual([])
    const init = { method: 'DELETE', headers: app.as(other) }
    await problemOf(await app.request('/analytics/loads/ours', init), 'not_found')
    const own = { method: 'DELETE', headers: app.as(app.keys.admin) }
    expect((await app.request('/analytics/loads/ours', own)).status).toBe(204)
    await problemOf(await app.request('/analytics/loads/ours', own), 'not_found')
  })

  const wrong: [why: string, body: object, path: string][] = [
    ['a state that is none', { ...report, state: 'asleep' }, 'state'],
    ['a time that is none', { ...report, startedAt: 'yesterday' }, 'startedAt'],
    ['no target', { ...report, target: '' }, 'target'],
    ['fewer than no rows', { ...report, inserted: -1 }, 'inserted'],
    ['a long reason', { ...report, reason: 'x'.repeat(1001) }, 'reason'],
    ['an unknown field', { ...report, rows: 1 }, 'rows'],
  ]
  for (const [why, body, path] of wrong) {
    it(`refuses ${why}, and names it`, async () => {
      const reply = await put(app, 'wrong', app.keys.admin, JSON.stringify(body))
      const { errors } = await problemOf(reply, 'invalid_request')
      expect(JSON.stringify(errors)).toContain(path)
    })
  }

  for (const name of ['-x', 'a%2Fb', 'a%00', 'x'.repeat(65), '%F0%9F%98%80']) {
    it(`refuses a load of the name ${name}`, async () => {
      await problemOf(await put(app, name), 'invalid_request')
    })
  }

  it('keeps no more than so many', async () => {
    await using own = await startTestApp()
    for (let n = 0; n < MAX_LOADS; n += 1) expect((await put(own, `load${n}`)).status).toBe(200)
    await problemOf(await put(own, 'one-more'), 'limit_reached')
    expect((await put(own, 'load0')).status).toBe(200)
  })

  notOnAws('clock')('says of a loader that it is overdue', async () => {
    await using own = await startTestApp()
    await put(own, 'running', own.keys.admin, JSON.stringify({ ...report, state: 'running' }))
    const { everySeconds: _, ...once } = report
    await put(own, 'once', own.keys.admin, JSON.stringify(once))
    await put(own, 'often', own.keys.admin, JSON.stringify({ ...report, everySeconds: 60 }))
    const overdue = async () => {
      const reply = await own.request('/analytics/loads', { headers: own.as() })
      const { loads } = (await reply.json()) as { loads: { name: string; isOverdue: boolean }[] }
      return loads.filter(({ isOverdue }) => isOverdue).map(({ name }) => name)
    }
    expect(await overdue()).toEqual([])
    own.clock.advance(SILENCE_MS + 1000)
    expect(await overdue()).toEqual(['often'])
    own.clock.advance(4 * 3_600_000)
    expect(await overdue()).toEqual(['often', 'running'])
  })
})
