import { describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { shared } from '../support/shared'

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes, looked at by their members
async function json(answer: Response | Promise<Response>): Promise<any> {
  return (await answer).json()
}

interface Sent {
  type?: string
  key?: string
}

async function call(test: TestApp, method: string, path: string, body?: unknown, sent: Sent = {}) {
  const { type = 'application/json', key = test.keys.admin } = sent
  const headers = { ...test.as(key), 'Content-Type': type }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return test.request(path, { method, headers, ...(body !== undefined && { body: text }) })
}

const at = (actor: string) => `/privacy/consents/${encodeURIComponent(actor)}`
const granted = { categories: { analytics: 'granted' } }

describe('consents', () => {
  const app = shared(startTestApp)

  it('are put, read, listed and forgotten, category by category', async () => {
    const test = await app()
    const put = await json(call(test, 'PUT', at('u-1'), { ...granted, evidence: 'form 7' }))
    expect(put).toMatchObject({ actor: 'u-1', stale: [] })
    expect(put.decisions.analytics).toMatchObject({ said: 'granted', evidence: 'form 7' })
    await call(test, 'PUT', at('u-1'), { categories: { research: 'denied' } })
    const read = await json(call(test, 'GET', at('u-1')))
    expect(Object.keys(read.decisions)).toEqual(['analytics', 'research'])
    const { consents } = await json(call(test, 'GET', '/privacy/consents'))
    expect(consents).toEqual([read])
    expect((await call(test, 'DELETE', at('u-1'))).status).toBe(204)
    await problemOf(await call(test, 'GET', at('u-1')), 'not_found')
    await problemOf(await call(test, 'DELETE', at('u-1')), 'not_found')
  })

  it('stand by the later decision, whichever comes first', async () => {
    const test = await app()
    const put = (said: string, time: string) =>
      json(call(test, 'PUT', at('u-2'), { categories: { analytics: said }, at: time }))
    await put('denied', '2026-03-02')
    expect((await put('granted', '2026-03-01')).stale).toEqual(['analytics'])
    const { decisions } = await put('granted', '2026-03-02')
    expect(decisions.analytics.said).toBe('denied')
    expect((await put('granted', '2026-03-03')).decisions.analytics.said).toBe('granted')
    const ahead = { ...granted, at: '2099-01-01' }
    await problemOf(await call(test, 'PUT', at('u-2'), ahead), 'invalid_request')
  })

  const odd = [
    'https://example.edu/users/1?a=b#c',
    'a..b',
    '%2F',
    "'; DROP TABLE documents; --",
    '*',
    'a/b/../c',
    'Zoë 😀',
    '{"mbox":"mailto:a@b"}',
    'x'.repeat(2000),
  ]
  for (const actor of odd) {
    it(`are of exactly the person who is named: ${actor.slice(0, 40)}`, async () => {
      const test = await app()
      expect((await call(test, 'PUT', at(actor), granted)).status).toBe(200)
      expect(await json(call(test, 'GET', at(actor)))).toMatchObject({ actor })
      await problemOf(await call(test, 'GET', at(`${actor}0`)), 'not_found')
      await problemOf(await call(test, 'GET', at(actor.slice(0, -2) || '-')), 'not_found')
    })
  }

  it('are one person’s under each spelling of an address, its hash included', async () => {
    const test = await app()
    await call(test, 'PUT', at('mailto:ada@Example.edu'), granted)
    await call(test, 'PUT', at('ada@example.edu'), { categories: { research: 'denied' } })
    const hash = new Bun.CryptoHasher('sha1').update('mailto:ada@example.edu').digest('hex')
    for (const id of ['ada@EXAMPLE.edu', `mbox_sha1sum|${hash}`, hash]) {
      const { decisions } = await json(call(test, 'GET', at(id)))
      expect(Object.keys(decisions)).toEqual(['analytics', 'research'])
    }
    const { consents } = await json(call(test, 'GET', '/privacy/consents?limit=1000'))
    const ada = consents.filter((one: { actor: string }) =>
      one.actor.toLowerCase().includes('ada@'),
    )
    expect(ada).toHaveLength(1)
  })

  const row = (actor: string, said = 'granted') => ({ actor, categories: { analytics: said } })
  const uploads: [what: string, type: string, body: string][] = [
    [
      'a JSON array',
      'application/json',
      JSON.stringify([row('b-1'), row('b-2', 'maybe'), row('b-3', 'denied')]),
    ],
    [
      'JSON lines',
      'application/x-ndjson',
      [row('b-1'), row('b-2', 'maybe'), row('b-3', 'denied')]
        .map((one) => JSON.stringify(one))
        .join('\n'),
    ],
    [
      'CSV',
      'text/csv; charset=utf-8',
      'actor,category,decision\r\nb-1,analytics,granted\r\nb-2,analytics,maybe\r\nb-3,analytics,denied\r\n',
    ],
  ]
  for (const [what, type, body] of uploads) {
    it(`are put for many at once as ${what}, and what is wrong is named by its line`, async () => {
      await using test = await startTestApp()
      const path = '/privacy/consents'
      const dry = await json(call(test, 'PUT', `${path}?dryRun=true`, body, { type }))
      expect(dry).toMatchObject({ dryRun: true, taken: 2, changed: 0, refused: 1 })
      await problemOf(await call(test, 'GET', at('b-1')), 'not_found')
      const put = await json(call(test, 'PUT', path, body, { type }))
      const line = type.startsWith('text') ? 3 : 2
      expect(put).toMatchObject({ dryRun: false, taken: 2, changed: 2, stale: 0, refused: 1 })
      expect(put.errors).toEqual([
        expect.objectContaining({ line, path: ['categories', 'analytics'] }),
      ])
      expect((await json(call(test, 'GET', at('b-3')))).decisions.analytics.said).toBe('denied')
      expect(await json(call(test, 'PUT', path, body, { type }))).toMatchObject({ taken: 2 })
    })
  }

  it('leave an audit entry that names nobody', async () => {
    await using test = await startTestApp()
    await call(test, 'PUT', at('ada-lovelace'), granted)
    await call(test, 'PUT', '/privacy/under13', ['ada-lovelace'])
    await call(test, 'DELETE', '/privacy/under13/ada-lovelace')
    const { entries } = await json(call(test, 'GET', '/audit'))
    expect(entries.map(({ action }: { action: string }) => action)).toEqual([
      'under13.removed',
      'under13.listed',
      'consent.changed',
    ])
    expect(JSON.stringify(entries)).not.toContain('lovelace')
    expect(entries[0].target).toBe(entries[2].target)
  })

  const manager: [method: string, path: string, body?: unknown][] = [
    ['PUT', '/privacy/consents/u-9', granted],
    ['GET', '/privacy/consents'],
    ['PUT', '/privacy/consents', [row('u-9')]],
    ['PUT', '/privacy/under13', ['u-9']],
    ['GET', '/privacy/under13'],
    ['DELETE', '/privacy/under13/u-9'],
    ['DELETE', '/privacy/consents/u-9'],
  ]
  for (const [method, path, body] of manager) {
    it(`${method} ${path} is for administrators and consent managers of the tenant alone`, async () => {
      const test = await app()
      expect((await test.request(path, { method })).status).toBe(401)
      const key = await test.issue([
        'events:read',
        'events:write',
        'quarantine:write',
        'webhooks:write',
      ])
      await problemOf(await call(test, method, path, body, { key }), 'forbidden')
      await call(test, 'PUT', at('u-9'), granted)
      await call(test, 'PUT', '/privacy/under13', ['u-9'])
      const other = await test.issue(['consents:write'], `other ${method} ${path}`)
      const answer = await call(test, method, path, body, { key: other })
      if (method !== 'PUT') {
        const text = await answer.text()
        expect(text).not.toContain('u-9')
        if (method === 'DELETE') expect(answer.status).toBe(404)
      }
      const mine = await test.issue(['consents:write'])
      expect((await call(test, method, path, body, { key: mine })).ok).toBe(true)
      await problemOf(await call(test, 'GET', '/audit', undefined, { key: mine }), 'forbidden')
    })
  }

  const wrong: [what: string, method: string, path: string, body: unknown, type?: string][] = [
    ['no category', 'PUT', at('u'), { categories: {} }],
    ['a category that is none', 'PUT', at('u'), { categories: { 'A b': 'granted' } }],
    ['a decision that is none', 'PUT', at('u'), { categories: { analytics: true } }],
    [
      'too many categories',
      'PUT',
      at('u'),
      {
        categories: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`c${n}`, 'granted'])),
      },
    ],
    ['an unknown member', 'PUT', at('u'), { ...granted, scope: 'all' }],
    ['an id that is too long', 'PUT', at('x'.repeat(2049)), granted],
    ['no array', 'PUT', '/privacy/consents', { rows: [] }],
    ['too many rows', 'PUT', '/privacy/under13', Array.from({ length: 10_001 }, (_, n) => `u${n}`)],
    ['a replacement with a wrong row', 'PUT', '/privacy/under13?mode=replace', ['u-1', '']],
    [
      'CSV without its end',
      'PUT',
      '/privacy/consents',
      'actor,category,decision\n"u,analytics,granted',
      'text/csv',
    ],
    ['CSV without rows', 'PUT', '/privacy/consents', '', 'text/csv'],
  ]
  for (const [what, method, path, body, type] of wrong) {
    it(`are refused: ${what}`, async () => {
      const test = await app()
      await problemOf(
        await call(test, method, path, body, type === undefined ? {} : { type }),
        'invalid_request',
      )
    })
  }

  it('are at most fifty categories for a person, whenever they were put', async () => {
    const test = await app()
    const some = (from: number) => ({
      categories: Object.fromEntries(
        Array.from({ length: 30 }, (_, n) => [`c${from + n}`, 'granted']),
      ),
    })
    expect((await call(test, 'PUT', at('many'), some(0))).status).toBe(200)
    await problemOf(await call(test, 'PUT', at('many'), some(30)), 'limit_reached')
  })
})

describe('the list of learners under 13', () => {
  it('takes some, replaces all, tells who is on it, and lets one go', async () => {
    await using test = await startTestApp()
    const put = (query: string, body: unknown, type?: string) =>
      json(call(test, 'PUT', `/privacy/under13${query}`, body, type === undefined ? {} : { type }))
    expect(await put('', ['u-1', 'u-10', ''])).toMatchObject({ mode: 'add', listed: 2, refused: 1 })
    const isListed = async (actor: string) =>
      (await json(call(test, 'GET', `/privacy/under13?actor=${encodeURIComponent(actor)}`)))
        .isListed
    expect([await isListed('u-1'), await isListed('u-10'), await isListed('u-')]).toEqual([
      true,
      true,
      false,
    ])
    expect(await json(call(test, 'GET', '/privacy/under13'))).toEqual({ count: 2 })
    const csv = 'actor,name\nu-1,Ada\nmailto:bo@example.edu,Bo\n'
    const replaced = await put('?mode=replace', csv, 'text/csv')
    expect(replaced).toEqual({ mode: 'replace', listed: 2, removed: 1, refused: 0, errors: [] })
    expect([
      await isListed('u-1'),
      await isListed('u-10'),
      await isListed('bo@EXAMPLE.edu'),
    ]).toEqual([true, false, true])
    expect((await call(test, 'DELETE', '/privacy/under13/u-1')).status).toBe(204)
    expect(await isListed('u-1')).toBe(false)
    await problemOf(await call(test, 'DELETE', '/privacy/under13/u-1'), 'not_found')
    const [state] = (
      await test.platform.documents.list('default', ['governance', 'state'], { limit: 1 })
    ).items
    expect(state).toBeDefined()
    const kept = await test.platform.documents.list('default', ['governance', 'under13'], {
      limit: 10,
    })
    const texts = await Promise.all(
      kept.items.map(async ({ key }) =>
        Buffer.from((await test.platform.documents.get('default', key))!.bytes).toString(),
      ),
    )
    expect(texts.join()).not.toContain('Bo"')
  })
})
