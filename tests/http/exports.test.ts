import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'

let app: TestApp
let admin: string
let other: string
beforeAll(async () => {
  app = await startTestApp()
  const createdAt = app.clock.now().toISOString()
  for (const tenantId of ['school', 'college']) {
    await app.platform.registry.tenants.put({ tenantId, name: tenantId, createdAt })
  }
  admin = await app.issue(['admin'], 'school')
  other = await app.issue(['admin'], 'college')
})
afterAll(() => app[Symbol.asyncDispose]())

function call(method: string, path: string, body?: unknown, credential = admin) {
  const headers = { ...app.as(credential), 'Content-Type': 'application/json' }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return app.request(path, { method, headers, ...content })
}

const path = '/analytics/export'
const exports = '/analytics/exports'

describe('POST /analytics/export', () => {
  it('begins one, which its organisation sees, and can be ended', async () => {
    const filters = { from: '2026-11-01', to: '2026-11-30', courseId: ['a', 'b'], score: 1 }
    const fields = ['actorId', 'server.ip']
    const asked = { format: 'csv', filters, fields, timeZone: 'europe/berlin' }
    const reply = await call('POST', path, asked)
    expect(reply.status).toBe(202)
    const view = (await reply.json()) as { id: string; name: string }
    expect(view).toMatchObject({ status: 'running', progress: 0, rows: 0 })
    expect(view.name).toStartWith('events_2026-11-01_2026-11-30_asked-')
    expect(reply.headers.get('Location')).toBe(`${exports}/${view.id}`)
    const { items } = (await (await call('GET', exports)).json()) as { items: object[] }
    expect(items).toContainEqual(expect.objectContaining({ id: view.id, format: 'csv' }))

    for (const method of ['GET', 'DELETE']) {
      await problemOf(await call(method, `${exports}/${view.id}`, undefined, other), 'not_found')
    }
    expect(await (await call('GET', exports, undefined, other)).json()).toEqual({ items: [] })

    expect((await call('DELETE', `${exports}/${view.id}`)).status).toBe(204)
    // It may have been over by then, and is deleted with the second.
    await call('DELETE', `${exports}/${view.id}`)
    await problemOf(await call('GET', `${exports}/${view.id}`), 'not_found')
  })

  const refused: [why: string, body: unknown, says: RegExp][] = [
    ['has no format', {}, /format: .*expected one of/],
    ['asks for another format', { format: 'xlsx' }, /format: .*"xlsx"/],
    [
      'names a field that is none',
      { format: 'csv', fields: ['actor_id'] },
      /fields: 0: .*actor_id/,
    ],
    ['names no field', { format: 'csv', fields: [] }, /fields/],
    [
      'names a filter that is none',
      { format: 'csv', filters: { actor: 'a' } },
      /filters: actor: Not known/,
    ],
    [
      'asks for another tenant',
      { format: 'csv', filters: { tenantId: 'college' } },
      /tenantId: Not known/,
    ],
    ['has a value of another kind', { format: 'csv', filters: { score: 'x' } }, /filters: score/],
    ['names no time zone', { format: 'csv', timeZone: 'Mars/Olympus' }, /timeZone: .*IANA/],
    ['has an offset for a zone', { format: 'csv', timeZone: '+01:00' }, /timeZone: .*IANA/],
    [
      'has a day that is none',
      { format: 'csv', filters: { from: 'yesterday' } },
      /filters: from: .*day/,
    ],
    [
      'ends before it begins',
      { format: 'csv', filters: { from: '2026-11-02', to: '2026-11-01' } },
      /to: .*from.*2026-11-02.*2026-11-01/,
    ],
    [
      'has a condition that is none',
      { format: 'csv', filters: { filter: { path: 'x', nearly: 1 } } },
      /filter/,
    ],
    ['has an id that ends SQL', { format: 'csv', filters: { actorId: 'a\u0000b' } }, /actorId/],
    ['is about such an id', { format: 'csv', learner: 'a\u0000' }, /learner: .*U\+0000/],
    ['has a field that is none', { format: 'csv', where: '1=1' }, /where: Not known/],
  ]
  for (const [why, body, says] of refused) {
    it(`is refused when it ${why}`, async () => {
      const problem = await problemOf(await call('POST', path, body), 'invalid_request')
      expect(problem.detail).toMatch(says)
    })
  }

  it('takes ids that are hostile for what they are', async () => {
    for (const id of [`' OR 1=1 --`, '\ud800', `"; DROP TABLE events`, '%_', 'ada']) {
      const body = { format: 'jsonl', filters: { actorId: id }, learner: id }
      const reply = await call('POST', path, body)
      expect([id, reply.status]).toEqual([id, 202])
      const { id: exportId } = (await reply.json()) as { id: string }
      for (const _ of ['cancel', 'delete']) await call('DELETE', `${exports}/${exportId}`)
    }
  })

  it('gives the same one to whoever asks again while it is under way', async () => {
    const key = await app.issue(['admin'], 'again')
    const ids = new Set<string>()
    for (let at = 0; at < 3; at += 1) {
      const reply = await call('POST', path, { format: 'csv' }, key)
      ids.add(((await reply.json()) as { id: string }).id)
    }
    // It may have been over by then, where nothing is in the lake.
    expect(ids.size).toBeLessThanOrEqual(2)
  })

  it('lets so many be under way, and no more', async () => {
    const key = await app.issue(['admin'], 'full')
    const statuses: number[] = []
    for (let at = 0; at < 6; at += 1) {
      const asked = { format: 'csv', filters: { actorId: `${at}` } }
      statuses.push((await call('POST', path, asked, key)).status)
    }
    // Some may be over by then, where nothing is in the lake.
    expect(statuses.filter((status) => status === 202).length).toBeGreaterThanOrEqual(5)
    expect(statuses.every((status) => status === 202 || status === 409)).toBe(true)
  })
})

describe('GET /analytics/export-files/{token}', () => {
  it('knows no address that it did not give out', async () => {
    for (const token of ['x', 'eyJ0IjoiZGVmYXVsdCJ9.q83vEjRWeJCrze8SNFZ4kA', '%2e%2e']) {
      await problemOf(await app.request(`/analytics/export-files/${token}`), 'not_found')
    }
  })
})

const type = 'application/json'
const reading = { scope: 'events:read' } as const
const format = '{"format":"csv","timeZone":"UTC"}'
batteryOf({ ...reading, method: 'POST', path, otherMethod: 'GET', body: { type, text: format } })
batteryOf({ ...reading, method: 'GET', path: exports, otherMethod: 'PUT' })
batteryOf({ ...reading, method: 'GET', path: `${exports}/exp_none`, otherMethod: 'PUT' })
batteryOf({ ...reading, method: 'DELETE', path: `${exports}/exp_none`, otherMethod: 'PUT' })
