import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { tableFromIPC } from '@uwdata/flechette'
import { issueKey } from '../../src/access/keys/key'
import type { Role } from '../../src/identity/role'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { describeNotOnAws, notOnAws } from '../support/not-on-aws'
import { aBatch, aRecord } from '../support/records'

let app: TestApp
let admin: string
let other: string
const OTHERS = 'marker-of-college'

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

function call(method: string, path: string, body?: unknown, key = admin, more = {}) {
  const headers = { ...app.as(key), 'Content-Type': 'application/json', ...more }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return app.request(path, { method, headers, ...content })
}

const ask = (sql: string, more: object = {}, key = admin) =>
  call('POST', '/analytics/sql', { sql, ...more }, key)

// biome-ignore lint/suspicious/noExplicitAny: answers of several routes, looked at by their members
const read = async (reply: Response): Promise<any> => {
  expect(reply.status).toBeLessThan(300)
  return reply.json()
}

const body = { type: 'application/json', text: '{"sql":"SELECT 1"}' }
batteryOf({
  method: 'POST',
  path: '/analytics/sql',
  scope: 'events:read',
  otherMethod: 'DELETE',
  body,
  unanswered: 'lake',
})
batteryOf({
  method: 'GET',
  path: '/analytics/queries',
  scope: 'events:read',
  otherMethod: 'DELETE',
})

describeNotOnAws('lake')('POST /analytics/sql', () => {
  beforeAll(async () => {
    const ours = Array.from({ length: 3 }, (_, i) =>
      aRecord({ tenantId: 'school', eventId: `s${i}`, actorId: `=a${i}`, type: 'ViewEvent' }),
    )
    const theirs = aRecord({
      tenantId: 'college',
      eventId: 'c',
      actorId: OTHERS,
      type: 'MediaEvent',
    })
    await app.platform.archive.write(aBatch('b', [...ours, theirs]))
  })

  it('answers as JSON, CSV and Arrow', async () => {
    const sql =
      'SELECT actor_id, count(*) AS n, max(event_time) AS at FROM events GROUP BY ALL ORDER BY ALL'
    const answer = await read(await ask(sql))
    expect(answer.columns).toEqual([
      { name: 'actor_id', type: 'VARCHAR' },
      { name: 'n', type: 'BIGINT' },
      { name: 'at', type: 'TIMESTAMP WITH TIME ZONE' },
    ])
    expect(answer.rows.map(([id, n]: unknown[]) => [id, n])).toEqual([
      ['=a0', 1],
      ['=a1', 1],
      ['=a2', 1],
    ])
    expect(answer.truncated).toBe(false)

    const csv = await call('POST', '/analytics/sql?format=csv', { sql })
    expect(csv.headers.get('Content-Type')).toBe('text/csv')
    expect(csv.headers.get('X-Nonius-Truncated')).toBe('false')
    // No cell is a formula.
    expect((await csv.text()).split('\r\n').slice(0, 2)).toEqual([
      'actor_id,n,at',
      `'=a0,1,${answer.rows[0][2]}`,
    ])

    const accept = { Accept: 'application/vnd.apache.arrow.stream' }
    const arrow = await call('POST', '/analytics/sql', { sql }, admin, accept)
    const table = tableFromIPC(await arrow.arrayBuffer(), { useBigInt: true, useDate: true })
    expect(table.toArray()[0]).toEqual({ actor_id: '=a0', n: 1n, at: new Date(answer.rows[0][2]) })
  })

  it('has parameters and a time zone', async () => {
    const sql = 'SELECT count(*) FROM events WHERE actor_id = $who'
    expect((await read(await ask(sql, { parameters: { who: '=a1' } }))).rows).toEqual([[1]])
    const zoned = await ask(`SELECT hour(TIMESTAMPTZ '2026-01-01 00:00:00Z')`, {
      timezone: 'Europe/Berlin',
    })
    expect((await read(zoned)).rows).toEqual([[1]])
    await problemOf(await ask(sql), 'invalid_request')
    await problemOf(await ask(sql, { timezone: 'Mars/Olympus' }), 'invalid_request')
  })

  it('shows nothing of another tenant', async () => {
    expect((await read(await ask('SELECT DISTINCT actor_id FROM events', {}, other))).rows).toEqual(
      [[OTHERS]],
    )
    expect(await (await ask('SELECT * FROM events')).text()).not.toContain(OTHERS)
  })

  it('gives the first of too many rows, and refuses far too many', async () => {
    const many = await read(await ask('SELECT i FROM range(20000) t(i)'))
    expect([many.rows.length, many.truncated]).toEqual([10_000, true])
    const long = await read(await ask(`SELECT repeat('x', 100000) FROM range(100)`))
    expect([long.rows.length < 50, long.truncated]).toEqual([true, true])
    const problem = await problemOf(
      await ask('SELECT i FROM range(1000000000) t(i)'),
      'invalid_request',
    )
    expect(problem.detail).toContain('/analytics/export')
  })

  it('refuses what is no query over the view, with a sentence', async () => {
    const refused = await ask(`SELECT * FROM read_text('/etc/passwd')`)
    expect((await problemOf(refused, 'invalid_request')).detail).toContain('"read_text"')
    expect(
      (await problemOf(await ask('SELECT nothing FROM events'), 'invalid_request')).detail,
    ).toContain('nothing')
  })

  it('shows no event that is hidden', async () => {
    const before = new Date(Date.parse('2999-01-01')).toISOString()
    await app.services!.hidden.hide('college', before)
    expect((await read(await ask('SELECT count(*) FROM events', {}, other))).rows).toEqual([[0]])
    const named = await call('POST', '/analytics/queries/activity-by-day', {}, other)
    expect((await read(named)).rows).toEqual([])
  })

  it('notes each as a read of personal data, without its literals', async () => {
    await ask(`SELECT count(*) FROM events WHERE actor_id = 'somebody-private'`)
    await app.services!.audit.settle()
    const trail = await (await call('GET', '/audit?action=data.read')).text()
    expect(trail).toContain('"POST /analytics/sql"')
    expect(trail).toMatch(/"fields":"sql:/)
    expect(trail).not.toContain('somebody-private')
  })
})

describe('/analytics/queries', () => {
  const sql = 'SELECT count(*) AS n FROM events WHERE actor_id = $who AND type = $type'
  const query = {
    title: 'Of somebody',
    sql,
    parameters: { who: { type: 'text' }, type: { type: 'text', default: 'ViewEvent' } },
  }

  it('saves, lists and deletes those of the tenant', async () => {
    const created = await call('PUT', '/analytics/queries/of-somebody', query)
    expect(created.status).toBe(201)
    expect((await call('PUT', '/analytics/queries/of-somebody', query)).status).toBe(200)
    const { queries } = await read(await call('GET', '/analytics/queries'))
    expect(queries[0]).toMatchObject({ name: 'of-somebody', isBuiltIn: false, ...query })
    expect(queries.length).toBe(16)
    const theirs = await read(await call('GET', '/analytics/queries', undefined, other))
    expect(theirs.queries.length).toBe(15)
    await problemOf(await call('POST', '/analytics/queries/of-somebody', {}, other), 'not_found')
    await problemOf(
      await call('DELETE', '/analytics/queries/of-somebody', undefined, other),
      'not_found',
    )
    expect((await call('DELETE', '/analytics/queries/of-somebody')).status).toBe(204)
    await problemOf(await call('DELETE', '/analytics/queries/of-somebody'), 'not_found')
  })

  const refused: [why: string, change: object][] = [
    ['reads a file', { sql: `SELECT * FROM 'x.parquet'`, parameters: {} }],
    ['is no query', { sql: 'DROP VIEW events', parameters: {} }],
    ['has a parameter that is not declared', { parameters: {} }],
    ['declares a parameter that it has not', { sql: 'SELECT 1' }],
    [
      'has a default of another type',
      { parameters: { ...query.parameters, who: { type: 'date', default: 'x' } } },
    ],
    ['has a type that is none', { parameters: { who: { type: 'blob' } } }],
    ['is too long', { sql: `SELECT '${'x'.repeat(20_000)}'`, parameters: {} }],
    ['has no title', { title: '' }],
  ]
  for (const [why, change] of refused) {
    it(`refuses one that ${why}`, async () => {
      await problemOf(
        await call('PUT', '/analytics/queries/x', { ...query, ...change }),
        'invalid_request',
      )
    })
  }

  it('keeps the names of its own queries', async () => {
    await problemOf(await call('PUT', '/analytics/queries/sender-lag', query), 'already_exists')
    await problemOf(await call('DELETE', '/analytics/queries/sender-lag'), 'not_found')
    await problemOf(await call('PUT', '/analytics/queries/No.Name', query), 'invalid_request')
  })

  notOnAws('lake')('asks with typed parameters', async () => {
    const typed = {
      ...{ title: 'Typed', sql: 'SELECT $d, $t, $n, $i, $b, $s' },
      parameters: {
        d: { type: 'date' },
        t: { type: 'time' },
        n: { type: 'number', default: 2.5 },
        i: { type: 'integer' },
        b: { type: 'boolean' },
        s: { type: 'text', default: null },
      },
    }
    expect((await call('PUT', '/analytics/queries/typed', typed)).status).toBe(201)
    const run = (parameters: object) => call('POST', '/analytics/queries/typed', { parameters })
    const good = { d: '2026-02-03', t: '2026-02-03T04:05:06+01:00', i: 7, b: false }
    expect((await read(await run(good))).rows).toEqual([
      ['2026-02-03', '2026-02-03T03:05:06.000Z', 2.5, 7, false, null],
    ])
    for (const wrong of [
      { d: 'x' },
      { t: '3' },
      { n: '1' },
      { i: 1.5 },
      { b: 'true' },
      { s: 1 },
      { z: 1 },
    ]) {
      const problem = await problemOf(await run({ ...good, ...wrong }), 'invalid_request')
      expect(problem.errors[0]?.path).toEqual(['parameters', Object.keys(wrong)[0]!])
    }
    await problemOf(await run({}), 'invalid_request')
  })

  notOnAws('lake')('asks those that come with it about fewer events', async () => {
    const run = (parameters: object, more = {}) =>
      call('POST', '/analytics/queries/verbs-by-course', { parameters, ...more })
    expect((await read(await run({ from: '2026-01-01', course: `o'k` }))).rows).toEqual([])
    await read(await run({ from: '2026-01-01' }, { timezone: 'Europe/Berlin' }))
    await problemOf(await run({ from: '2026-02-01', to: '2026-01-01' }), 'invalid_request')
    await problemOf(await run({ from: 'yesterday' }), 'invalid_request')
    await problemOf(await run({ by: 'moon' }), 'invalid_request')
    await problemOf(await run({ colour: 'red' }), 'invalid_request')
  })
})

describe('roles', () => {
  async function keyOf(role: Role, isAggregateOnly = false) {
    const actorId = ['teacher', 'student'].includes(role) ? { actorId: 'ada' } : {}
    const grant = { tenantId: 'school', name: role, scopes: [], role, ...actorId, isAggregateOnly }
    return (await issueKey(app.platform.registry, grant as never, { at: app.clock.now() })).key
  }

  it('lets analysts ask who may see people, and nobody of another role', async () => {
    const analyst = await keyOf('analyst')
    expect((await call('GET', '/analytics/queries', undefined, analyst)).status).toBe(200)
    for (const key of [
      await keyOf('teacher'),
      await keyOf('student'),
      await keyOf('analyst', true),
    ]) {
      await problemOf(await ask('SELECT 1', {}, key), 'forbidden')
      await problemOf(await call('GET', '/analytics/queries', undefined, key), 'forbidden')
      await problemOf(await call('POST', '/analytics/queries/sender-lag', {}, key), 'forbidden')
    }
  })
})
