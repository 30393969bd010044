import { describe, expect, it } from 'bun:test'
import type { AuditEntry, AuditVerdict } from '../../src/audit/trail'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { shared } from '../support/shared'

interface List {
  entries: AuditEntry[]
  nextCursor?: string
}

async function call(
  test: TestApp,
  method: string,
  path: string,
  body?: unknown,
  key = test.keys.admin,
) {
  const headers = { ...test.as(key), 'Content-Type': 'application/json' }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return test.request(path, { method, headers, ...content })
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes, looked at by their members
async function json(answer: Response | Promise<Response>): Promise<any> {
  return (await answer).json()
}

async function trailOf(test: TestApp, query = '', key = test.keys.admin) {
  const { entries } = (await (
    await call(test, 'GET', `/audit${query}`, undefined, key)
  ).json()) as List
  return entries.toReversed()
}

describe('the audit trail', () => {
  it('has who made, rotated and ended keys, without anything of the keys', async () => {
    await using test = await startTestApp()
    const asked = { name: 'Moodle of Ms. Nightingale', sourceId: 'demo', scopes: ['events:read'] }
    const made = await json(call(test, 'POST', '/keys', asked))
    const rotated = await json(call(test, 'POST', `/keys/${made.id}/rotate`, {}))
    await call(test, 'DELETE', `/keys/${rotated.id}`)
    const entries = await trailOf(test)
    const { keys } = await json(call(test, 'GET', '/keys'))
    const admin = keys.find(({ scopes }: { scopes: string[] }) => scopes.includes('admin')).id
    expect(entries.map(({ action, by, target }) => [action, by, target])).toEqual([
      ['key.created', admin, made.id],
      ['key.rotated', admin, made.id],
      ['key.revoked', admin, rotated.id],
    ])
    expect(entries[0]!.details).toEqual({ sourceId: 'demo', scopes: ['events:read'] })
    expect(JSON.stringify(entries)).not.toContain(made.key)
    expect(JSON.stringify(entries)).not.toContain('Nightingale')
  })

  it('has changes of webhooks, without their secrets, and of sources, tenants, types and events', async () => {
    await using test = await startTestApp({ config: { allowPrivateWebhooks: true } })
    const targetUrl = 'https://user:topsecret@203.0.113.9/hook?token=topsecret'
    const settings = {
      targetUrl: 'https://203.0.113.9/hook?token=topsecret',
      headers: { 'X-Key': 'topsecret' },
    }
    expect((await call(test, 'POST', '/webhooks', { targetUrl })).status).toBe(400)
    const webhook = await json(call(test, 'POST', '/webhooks', settings))
    await call(test, 'PATCH', `/webhooks/${webhook.id}`, { enabled: false })
    await call(test, 'POST', `/webhooks/${webhook.id}/secret/rotate`, {})
    await call(test, 'DELETE', `/webhooks/${webhook.id}`)
    await call(test, 'POST', '/sources', { id: 'canvas', name: 'Canvas' })
    await call(test, 'PUT', '/sources/canvas', { name: 'Canvas', mode: 'strict' })
    await call(test, 'PATCH', '/tenants/default', { xapi: 'ingest' })
    await call(test, 'DELETE', '/api/v1/events')
    const entries = await trailOf(test)
    expect(entries.map(({ action }) => action)).toEqual([
      ...['webhook.created', 'webhook.changed', 'webhook.secret_rotated', 'webhook.deleted'],
      ...['source.created', 'source.changed', 'tenant.changed', 'events.hidden'],
    ])
    const text = JSON.stringify(entries)
    expect(text).toContain('203.0.113.9/hook')
    expect(text).not.toContain('topsecret')
    expect(text).not.toContain(webhook.secret)
  })

  it('has reads of events by key and route, and names no one', async () => {
    await using test = await startTestApp()
    const events = [1, 2].map((at) => ({
      event_type: 'opened',
      event_id: `e${at}`,
      user_id: 'mary-nightingale',
    }))
    expect(
      (await call(test, 'POST', '/api/v1/events', { events }, test.keys.demo)).status,
    ).toBeLessThan(300)
    const reader = await test.issue(['events:read'])
    for (const path of [
      '/api/v1/events',
      '/api/v1/events?user_id=mary-nightingale',
      '/analytics/events',
      '/api/v1/events/e1',
    ]) {
      expect((await call(test, 'GET', path, undefined, reader)).status).toBe(200)
    }
    let reads: AuditEntry[] = []
    for (let tries = 0; tries < 40 && reads.length < 4; tries += 1) {
      await Bun.sleep(100)
      await test.services?.audit.settle()
      reads = await trailOf(test, '?action=data.read')
    }
    const read = reads.map(({ target, details }) => [
      target,
      details.count,
      details.person !== undefined,
    ])
    expect(read.toSorted()).toEqual([
      ['GET /analytics/events', 2, false],
      ['GET /api/v1/events', 2, false],
      ['GET /api/v1/events', 2, true],
      ['GET /api/v1/events/{id}', 1, false],
    ])
    expect(JSON.stringify(reads)).not.toContain('nightingale')
    expect(new Set(reads.map(({ by }) => by)).size).toBe(1)
  })

  it('is verified, and stands among events for whoever asks by type alone', async () => {
    await using test = await startTestApp()
    await call(test, 'PATCH', '/tenants/default', { xapi: 'ingest' })
    const verdict = (await json(call(test, 'GET', '/audit/verify'))) as AuditVerdict
    const [entry] = await trailOf(test)
    expect(verdict).toEqual({
      isWhole: true,
      entries: 1,
      first: 1,
      last: 1,
      hash: entry!.hash,
    } as object as AuditVerdict)
    const reader = await test.issue(['events:read'])
    const found = async (path: string) => json(call(test, 'GET', path, undefined, reader))
    expect((await found('/analytics/events')).events).toEqual([])
    expect(await found('/api/v1/events')).toEqual([])
    const filter = encodeURIComponent(
      JSON.stringify({ path: 'type', equals: 'nonius.audit.tenant.changed' }),
    )
    const asked = (await found(`/analytics/events?filter=${filter}&view=record`)).events
    expect(asked).toEqual([
      expect.objectContaining({ eventId: entry!.id, sourceId: 'nonius', kind: 'entity' }),
    ])
    const bySource = encodeURIComponent(JSON.stringify({ path: 'sourceId', equals: 'nonius' }))
    const all = (await found(`/analytics/events?filter=${bySource}&kind=entity&view=record`)).events
    // Reads are noted meanwhile: on AWS with each request.
    expect(all.map(({ eventId }: { eventId: string }) => eventId)).toContain(entry!.id)
  })

  it('goes to webhooks that name its types, and to no other', async () => {
    await using test = await startTestApp({ config: { allowPrivateWebhooks: true } })
    const hook = { targetUrl: 'https://203.0.113.9/hook' }
    const named = { ...hook, events: ['nonius.audit.tenant.changed'] }
    expect((await call(test, 'POST', '/webhooks', named)).status).toBe(201)
    const wrong = await call(test, 'POST', '/webhooks', { ...hook, events: ['nonius.audits'] })
    expect(wrong.status).toBe(400)
    await call(test, 'PATCH', '/tenants/default', { xapi: 'ingest' })
    const all = '/analytics/events?kind=all&view=record'
    const path = `${all}&filter=${encodeURIComponent(JSON.stringify({ path: 'type', prefix: 'nonius.audit.' }))}`
    const reader = await test.issue(['events:read'])
    const { events } = await json(call(test, 'GET', path, undefined, reader))
    expect((await json(call(test, 'GET', all, undefined, reader))).events).toEqual([])
    const changed = events.find(
      ({ type }: { type: string }) => type === 'nonius.audit.tenant.changed',
    )
    const { matchOf } = await import('../../src/webhooks/choosing/match')
    const matches = (names: string[]) => matchOf({ events: names, filters: [] }, changed, 1).matches
    expect(matches(named.events)).toBe(true)
    expect(matches(['*'])).toBe(false)
    expect(matches(['nonius.*'])).toBe(false)
  })

  const app = shared(startTestApp)

  for (const path of ['/audit', '/audit/verify'] as const) {
    it(`refuses ${path} to whoever may not administer`, async () => {
      const test = await app()
      expect((await test.request(path)).status).toBe(401)
      const reader = await test.issue(['events:read', 'webhooks:write', 'quarantine:write'])
      await problemOf(await call(test, 'GET', path, undefined, reader), 'forbidden')
    })

    it(`shows ${path} of no other tenant`, async () => {
      const test = await app()
      await call(test, 'PATCH', '/tenants/default', { xapi: 'lrs' })
      const other = await test.issue(['admin'], 'defaul')
      const text = await (await call(test, 'GET', path, undefined, other)).text()
      expect(text).not.toContain('tenant.changed')
      expect(text).toContain(path === '/audit' ? '"entries":[]' : '"entries":0')
    })
  }

  const wrong = [
    '/audit?limit=0',
    '/audit?cursor=x',
    '/audit?from=tomorrow',
    '/audit?actor=me',
    '/audit/verify?cursor=1',
  ]
  for (const path of wrong) {
    it(`answers 400 to ${path}`, async () => {
      const test = await app()
      expect((await call(test, 'GET', path)).status).toBe(400)
    })
  }
})
