import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createLakeErasures } from '../../src/platform/aws/settlement/requests'
import { openArchive } from '../../src/platform/local/archive'
import { silentLog } from '../../src/telemetry/log'
import { installMinistack } from '../../tools/aws-local/emulators/install'
import { installIceberg, installTrino } from '../../tools/aws-local/emulators/trino'
import { temporaryFolder } from '../support/folders'
import { aBatch, aRecord } from '../support/records'
import { type AwsLake, startAwsLake } from './aws-lake'
import { startSettling } from './settling'

// The settled lake on AWS, from the first night to an erasure, by the engine behind Athena: statements
// to the letter, and Trino's own form of what Athena says in other words.

setDefaultTimeout(240_000) // a statement takes a second or two on idle cores, and a night a dozen
installMinistack()
installTrino()
installIceberg()

const HOUR_MS = 60 * 60 * 1000
const DAYS = 24 * HOUR_MS

let aws: AwsLake
let settling: ReturnType<typeof startSettling>
const settlement = () => settling.settlement()

beforeAll(async () => {
  aws = await startAwsLake()
  settling = startSettling(aws, ['default', 'short'])
})
afterAll(async () => {
  await settling?.[Symbol.asyncDispose]()
  await aws?.[Symbol.asyncDispose]()
})

const LEARNER = 'urn:learner:1'
const at = (day: string) => `2026-11-${day}T10:00:00.000Z`

function event(id: string, day: string, more: Parameters<typeof aRecord>[0] = {}) {
  const actorId = more.actorId ?? `urn:learner:${Number(id.replace(/\D/g, '')) % 20}`
  return aRecord({
    ...{ eventId: id, receivedAt: at(day), eventTime: at(day), actorId },
    ...{ raw: JSON.stringify({ id, actor: actorId }), ...more },
  })
}

async function land(name: string, records: ReturnType<typeof aRecord>[]) {
  using folder = temporaryFolder()
  {
    await using archive = openArchive({ folder: folder.path, log: silentLog })
    await archive.write(aBatch(name, records))
  }
  await aws.putAll(folder.path)
  await settling.noteLanding()
  settling.clock.advance(HOUR_MS)
}

const rowsOf = async (sql: string) => (await aws.trino.query(sql)).rows
const many = (from: number, count: number, day: string) =>
  Array.from({ length: count }, (_, at) => event(`e${from + at}`, day))

describe('the settled lake', () => {
  it('has each event once, before, while and after its day is settled', async () => {
    await land('a', many(0, 60, '20'))
    await land('again', many(0, 20, '20')) // copies within a day
    await land('b', [...many(50, 60, '21'), event('pii', '21', { retentionClass: 'pii' })])
    await land('c', many(200, 5, '22'))
    const count = 'SELECT count(*), count(DISTINCT event_id) FROM events'
    expect(await rowsOf(count)).toEqual([[126, 116]]) // ten of them in two days
    const { days, isDone } = await settlement().settle({ until: '2026-11-22' })
    expect(isDone).toBe(true)
    expect(days).toMatchObject([
      { retentionClass: 'standard', day: '2026-11-20', rows: 60, copies: 20 },
      { retentionClass: 'standard', day: '2026-11-21', rows: 50, copies: 10 },
      { retentionClass: 'pii', day: '2026-11-21', rows: 1, copies: 0, filesAfter: 1 },
    ])
    expect(await rowsOf(count)).toEqual([[116, 116]])
    expect(await settlement().state()).toEqual({ settledThrough: '2026-11-21', waiting: 1 })
  })

  it('changes nothing when it is asked again', async () => {
    const before = settling.athena.statements().length
    expect(await settlement().settle({ until: '2026-11-22' })).toEqual({ days: [], isDone: true })
    expect(settling.athena.statements().length).toBe(before)
  })

  it('reads only what a question leaves: nothing landed for a settled day, a file or two for a learner', async () => {
    const explain = async (where: string) => {
      const [[plan]] = (await rowsOf(`EXPLAIN SELECT * FROM events WHERE ${where}`)) as [[string]]
      return plan
    }
    expect(await explain("day = '2026-11-20'")).not.toMatch(/TableScan\[table = \w+:\w+:archive/)
    expect(await explain("day = '2026-11-22'")).not.toContain('settled')
    const files = `SELECT count(DISTINCT "$path") FROM settled WHERE day = '2026-11-20'`
    expect(await rowsOf(files)).toEqual([[4]])
    const read = async (where: string) => {
      const { inputBytes } = await aws.trino.query(`SELECT raw FROM settled WHERE ${where}`)
      return inputBytes
    }
    const [one, all] = [await read(`actor_id = '${LEARNER}'`), await read('true')]
    expect(one).toBeLessThan(all / 2)
  })

  it('keeps values and times as they landed', async () => {
    const sql = (
      table: string,
    ) => `SELECT event_id, CAST(received_at AS timestamp(3)), raw, conformant, issue_codes
      FROM ${table} WHERE event_id = 'e7' LIMIT 1`
    expect(await rowsOf(sql('settled'))).toEqual(await rowsOf(sql('archive')))
    const { columns } = await aws.trino.query('SELECT received_at FROM events LIMIT 1')
    expect(columns[0]!.type).toBe('timestamp')
  })

  it('deletes what landed a day after readers see the settled, and what is newer stays', async () => {
    const landed = async () => (await settling.objects.list('events/', 1000)).length
    const before = await landed()
    settling.clock.advance(25 * HOUR_MS)
    await settlement().settle({ until: '2026-11-22' })
    expect(await landed()).toBe(1)
    expect(before).toBeGreaterThan(1)
    expect(await rowsOf('SELECT count(*) FROM events')).toEqual([[116]])
  })

  it('settles what lands later in a day that was settled', async () => {
    await land('late', [event('late1', '20'), event('e3', '20')])
    await settlement().settle({ until: '2026-11-22' })
    expect(await rowsOf(`SELECT count(*) FROM events WHERE event_id IN ('late1', 'e3')`)).toEqual([
      [2],
    ])
  })

  it('says why it does not get on, waits, and goes on', async () => {
    settling.athena.failures.set('MERGE', 'Query exhausted resources at this scale factor')
    const failing = settlement().settle({ until: '2026-11-23' })
    await expect(failing).rejects.toThrow('exhausted resources')
    expect((await settlement().state()).problem).toContain('merge: Query exhausted')
    expect(await settlement().settle({ until: '2026-11-23' })).toEqual({ days: [], isDone: false })
    settling.clock.advance(25 * HOUR_MS)
    settling.athena.failures.set(
      'VACUUM',
      'ICEBERG_VACUUM_MORE_RUNS_NEEDED: Removed 1000 files in this round',
    )
    const vacuums = () =>
      settling.athena.statements().filter((sql) => sql === 'VACUUM settled').length
    const before = vacuums()
    expect((await settlement().settle({ until: '2026-11-23' })).isDone).toBe(true)
    expect(vacuums()).toBe(before + 2)
    expect(await settlement().state()).toEqual({ settledThrough: '2026-11-22', waiting: 0 })
  })
})

describe('an erasure', () => {
  const erasures = () => createLakeErasures(settling.blobs)
  const requestedAt = '2026-11-23T12:00:00.000Z'

  async function raw() {
    const rows = await rowsOf(
      `SELECT count(*) FROM events WHERE actor_id = '${LEARNER}' OR raw LIKE '%"${LEARNER}"%'`,
    )
    return Number(rows[0]![0])
  }

  it('takes rows out of the settled days, and leaves out those that only landed', async () => {
    await land('d', [
      event('x1', '23', { actorId: LEARNER }),
      event('x2', '23', { actorId: 'urn:learner:10' }), // whose id begins with that of another
      event('x3', '23', { actorId: 'urn:teacher', raw: '{"to":"urn:\\u006cearner:1"}' }),
      event('x4', '23', { actorId: 'urn:teacher', raw: '{"text":"of \\"urn:learner:1\\" only"}' }),
      event('x5', '23', { actorId: LEARNER, receivedAt: '2026-11-23T13:00:00.000Z' }),
    ])
    expect(await raw()).toBeGreaterThan(5)
    const asked = { actorIds: [LEARNER], requestedAt }
    await erasures().request('default', { id: 'counted', ...asked, isDryRun: true })
    await settlement().settle({ until: '2026-11-23' })
    expect(await erasures().state('default', 'counted')).toMatchObject({
      status: 'done',
      found: 10,
    })
    await erasures().request('default', { id: 'era_1', ...asked })
    await erasures().request('other', { id: 'era_2', ...asked })
    expect(await erasures().state('default', 'era_1')).toMatchObject({ status: 'waiting' })
    await settlement().settle({ until: '2026-11-24' })
    const { found, status } = (await erasures().state('default', 'era_1'))!
    expect([status, found]).toEqual(['deleted', 8]) // e1, e21, e41, e61, e81, e101, e201, late1
    expect(await erasures().state('other', 'era_2')).toMatchObject({
      status: 'deleted',
      found: 0,
    })
    const left = await rowsOf(`SELECT event_id FROM events WHERE event_id LIKE 'x%' ORDER BY 1`)
    expect(left).toEqual([['x2'], ['x4'], ['x5']]) // what arrived later is not asked for
  })

  it('is done once no file has any of them, and forgets whom it was asked for', async () => {
    for (const until of ['2026-11-25', '2026-11-26']) {
      settling.clock.advance(25 * HOUR_MS)
      await settlement().settle({ until })
    }
    expect(await erasures().state('default', 'era_1')).toMatchObject({
      ...{ status: 'done', settledBy: '2026-11-25', landedBy: '2026-11-27' },
    })
    const noted = [...settling.blobs.held].map(([, bytes]) => Buffer.from(bytes).toString()).join()
    expect(noted).not.toContain(LEARNER)
    const files = await rowsOf(`SELECT count(*) FROM "settled$files" WHERE content <> 0`)
    expect(files).toEqual([[0]]) // no file only notes what is deleted
    expect(await rowsOf('SELECT count(*) FROM "settled$snapshots"')).toEqual([[1]])
  })
})

describe('expiry', () => {
  const keptDays = async (tenantId: string) => ({
    ...{ standard: 2555, sensitive: 1095, pii: 365, system: 365 },
    ...(tenantId === 'short' && { standard: 2 }),
  })

  it('removes what was kept for long enough, by class, tenant and what its sender asked', async () => {
    await land('kept', [
      event('y1', '26', { tenantId: 'short' }),
      event('y2', '26', { retentionDays: 2 }),
      event('y3', '26', { retentionDays: Number.MAX_SAFE_INTEGER }),
      event('y4', '26'),
    ])
    await settlement().settle({ until: '2026-11-27' })
    const left = async () =>
      rowsOf(`SELECT event_id FROM settled WHERE event_id LIKE 'y%' ORDER BY 1`)
    const early = new Date('2026-11-27T03:00:00.000Z')
    expect(await settlement().expire(early, keptDays)).toEqual({ removed: 0 })
    expect(await left()).toHaveLength(4)
    const now = new Date('2026-11-29T03:00:00.000Z')
    expect(await settlement().expire(now, keptDays, { isDryRun: true })).toEqual({ removed: 2 })
    expect(await settlement().expire(now, keptDays)).toEqual({ removed: 2 })
    expect(await left()).toEqual([['y3'], ['y4']])
    const pii = new Date(Date.parse('2026-11-22') + 365 * DAYS)
    expect((await settlement().expire(pii, keptDays)).removed).toBeGreaterThan(0)
    expect(await rowsOf(`SELECT count(*) FROM settled WHERE retention_class = 'pii'`)).toEqual([
      [0],
    ])
  })
})

describe('a column that is added', () => {
  it('comes to the settled table, and the view has it', async () => {
    await aws.trino.query('ALTER TABLE settled DROP COLUMN governed_by')
    const state = JSON.parse(
      Buffer.from(settling.blobs.held.get('lake/settlement.json')!).toString(),
    )
    state.columns = state.columns.filter((name: string) => name !== 'governed_by')
    settling.blobs.held.set('lake/settlement.json', Buffer.from(JSON.stringify(state)))
    await land('g', [event('z1', '27', { governedBy: ['a rule'] })])
    await settlement().settle({ until: '2026-11-28' })
    const rows = await rowsOf(
      `SELECT governed_by FROM events WHERE event_id IN ('z1', 'y4') ORDER BY event_id`,
    )
    expect(rows).toEqual([[null], [['a rule']]])
  })
})
