import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { timeFrom } from '../../src/platform/aws/lake/athena-time'
import { boundTo } from '../../src/platform/aws/lake/bound-sql'
import { openArchive } from '../../src/platform/local/archive'
import { createValues } from '../../src/platform/local/lake/values'
import { createDuck, type Duck, literal } from '../../src/platform/local/parquet/duck'
import { eventsView } from '../../src/platform/shared/events-view'
import { theirDays, theirRows } from '../../src/privacy/access/their-rows'
import { namedQueries } from '../../src/query/sql'
import { narrowed } from '../../src/query/sql/named-query'
import { silentLog } from '../../src/telemetry/log'
import { installMinistack } from '../../tools/aws-local/emulators/install'
import { installTrino } from '../../tools/aws-local/emulators/trino'
import { temporaryFolder } from '../support/folders'
import { type ArchivedTerm, archiveTerm } from '../support/lake/archived-term'
import { aBatch, aRecord } from '../support/records'
import { anyRecord } from './any-records'
import { type AwsLake, database, startAwsLake } from './aws-lake'
import { comparable, expected } from './expected'
import { deliverByFirehose } from './firehose'
import { questionCases, questionRecords } from './questions'
import { recordsOfShapes, rowsOf, shapes } from './shapes'
import { cases, dayOf, recordsOfCases } from './spanning'

// Trino, the engine behind Athena, through the Glue table and the view that infra declares, and
// DuckDB, over the same files: those that the product archived, and one of them twice, as an archive
// may have it that is at least once.

setDefaultTimeout(180_000) // a query takes seconds on two busy cores, the start a minute
installMinistack() // half a gigabyte the first time, which no test waits for
installTrino()

let term: ArchivedTerm
let aws: AwsLake
let duck: Duck

beforeAll(async () => {
  term = await archiveTerm()
  const day = 'retention_class=standard/day=2026-11-03'
  const [again] = new Bun.Glob(`${day}/hour=12/*.parquet`).scanSync(term.events)
  await cp(join(term.events, again!), join(term.events, `${day}/hour=13/again.parquet`))
  duck = createDuck()
  aws = await startAwsLake()
  await aws.putAll(term.events)
})

afterAll(async () => {
  await aws?.[Symbol.asyncDispose]()
  await duck?.[Symbol.asyncDispose]()
  term?.[Symbol.dispose]()
})

async function byDuckDb(sql: string, where = 'true'): Promise<unknown[][]> {
  const connection = await duck.connect()
  const files = literal(`${term.events}/*/*/*/*.parquet`)
  await connection.run(`CREATE TEMP VIEW archive AS
    SELECT * FROM read_parquet(${files}, hive_types = { day: VARCHAR })`)
  await connection.run(`CREATE TEMP VIEW events AS SELECT * FROM (${eventsView}) WHERE ${where}`)
  try {
    return (await connection.runAndReadAll(sql)).convertRows(await createValues())
  } finally {
    connection.closeSync()
  }
}

describe('an archive with copies', () => {
  it('has them in the table and not in the view', async () => {
    const counts = 'SELECT (SELECT count(*) FROM archive), (SELECT count(*) FROM events)'
    expect((await aws.trino.query(counts)).rows).toEqual([[25, 20]])
    expect(comparable(await byDuckDb(counts))).toEqual([[25, 20]])
  })
})

describe('the named queries, over the same Parquet', () => {
  for (const { id, sql } of namedQueries) {
    it(`${id} gives the same rows by Trino and by DuckDB, those counted by hand`, async () => {
      const { rows } = await aws.trino.query(sql)
      expect(comparable(rows)).toEqual(expected[id]!)
      expect(comparable(await byDuckDb(sql))).toEqual(expected[id]!)
    })
  }
})

describe('a query that is bound to a tenant', () => {
  const { sql } = namedQueries.find(({ id }) => id === 'course-funnel')!

  it('gives that tenant its rows, and another none', async () => {
    const { rows } = await aws.trino.query(await boundTo(sql, { tenantId: 'default', database }))
    expect(comparable(rows)).toEqual(expected['course-funnel']!)
    expect(
      (await aws.trino.query(await boundTo(sql, { tenantId: 'other', database }))).rows,
    ).toEqual([])
    const counting = await boundTo('SELECT count(*) FROM events', { tenantId: 'other', database })
    expect((await aws.trino.query(counting)).rows).toEqual([[0]])
  })
})

describe('a query in a time zone', () => {
  // Half past eleven at night in UTC is the next day in Berlin, and the same in New York.
  const sql = `SELECT event_id, CAST(event_time AS date), date_trunc('hour', received_at), occurred_at
    FROM events WHERE day = '2026-08-31'`
  const at = '2026-08-31T23:30:00.000Z'
  const days = { 'Europe/Berlin': '2026-09-01', 'America/New_York': '2026-08-31' }

  beforeAll(async () => {
    using made = temporaryFolder()
    const folder = join(made.path, 'lake/events')
    await using archive = openArchive({ folder, log: silentLog })
    const late = aRecord({ eventId: 'late', eventTime: at, receivedAt: at })
    await archive.write(aBatch('august', [late]))
    await aws.putAll(folder)
  })

  for (const [timezone, day] of Object.entries(days)) {
    it(`has the days of ${timezone}, and the same instants`, async () => {
      const { rows, columns } = await aws.trino.query(await boundTo(sql, { timezone, database }))
      const [[id, date, hour, occurred]] = rows as [string[]]
      expect([id, date]).toEqual(['late', day])
      expect(timeFrom(hour!, '')).toBe('2026-08-31T23:00:00.000Z')
      // A record from before the column is filled by the view.
      expect(timeFrom(occurred!, '')).toBe(at)
      expect(columns.at(-1)!.type).toBe('timestamp with time zone')
    })
  }
})

describe('the named queries, over records of every kind', () => {
  // October has only these. One sample of many, since each query takes seconds.
  const october = { from: '2026-10-01', to: '2026-10-31' }
  const records = fc.sample(anyRecord, { numRuns: 600, seed: 14 })

  beforeAll(async () => {
    using made = temporaryFolder()
    const folder = join(made.path, 'lake/events')
    await using archive = openArchive({ folder, log: silentLog })
    await archive.write(aBatch('october', records))
    await aws.putAll(folder)
    await cp(folder, term.events, { recursive: true })
  })

  for (const { id, sql } of namedQueries) {
    it(`${id} gives the same rows by Trino and by DuckDB`, async () => {
      const { rows } = await aws.trino.query(narrowed(sql, october))
      expect(rows.length).toBeGreaterThan(0)
      expect(comparable(await byDuckDb(narrowed(sql, october)))).toEqual(comparable(rows))
    })
  }
})

describe('a search for everything of a person, over records of every kind', () => {
  // What was added to October by the tests above is what is looked through.
  const asked = { actorIds: ['a', 'é', `o'"1`], upTo: '2026-10-15T12:00:00.000Z' }
  const textsOf = (rows: unknown[][]) => comparable(rows).map((row) => JSON.stringify(row))

  it('finds the same days by Trino and by DuckDB', async () => {
    const sql = theirDays(asked)
    const { rows } = await aws.trino.query(sql)
    // What other tests put into the lake is in no file that DuckDB reads here.
    const ofOctober = rows.filter(([day]) => `${day}`.startsWith('2026-10'))
    expect(ofOctober.length).toBeGreaterThan(2)
    expect(textsOf(await byDuckDb(sql))).toEqual(textsOf(ofOctober))
  })

  it('finds the same events, page after page', async () => {
    const of = { from: '2026-10-01', to: '2026-10-31', limit: 50 }
    const first = await byDuckDb(theirRows(asked, of))
    const columns = (await aws.trino.query(theirRows(asked, of))).columns.map(({ name }) => name)
    const [id, at] = [columns.indexOf('event_id'), columns.indexOf('received_at')]
    const idsOf = (rows: unknown[][]) => rows.map((row) => row[id])
    expect(idsOf((await aws.trino.query(theirRows(asked, of))).rows)).toEqual(idsOf(first))
    const last = first.at(-1)!
    const after = {
      eventId: String(last[id]),
      receivedAt: new Date(String(last[at])).toISOString(),
    }
    const second = theirRows(asked, { ...of, after })
    const next = idsOf((await aws.trino.query(second)).rows)
    expect(next.length).toBeGreaterThan(0)
    expect(next).toEqual(idsOf(await byDuckDb(second)))
    expect(next.filter((one) => idsOf(first).includes(one))).toEqual([])
  })
})

describe('the named queries, over all standards', () => {
  // September has only these.
  beforeAll(async () => {
    using made = temporaryFolder()
    const folder = join(made.path, 'lake/events')
    await using archive = openArchive({ folder, log: silentLog })
    await archive.write(aBatch('september', await recordsOfCases()))
    await aws.putAll(folder)
    await cp(folder, term.events, { recursive: true })
  })

  for (const [place, { says, query, rows }] of cases.entries()) {
    it(`${query} counts ${says}, by Trino and by DuckDB`, async () => {
      const day = dayOf(place)
      const sql = narrowed(namedQueries.find(({ id }) => id === query)!.sql, { from: day, to: day })
      expect(comparable((await aws.trino.query(sql)).rows)).toEqual(rows)
      expect(comparable(await byDuckDb(sql))).toEqual(rows)
    })
  }
})

describe('the named queries, over what real senders cause', () => {
  // August and the last day of July have only these.
  beforeAll(async () => {
    using made = temporaryFolder()
    const folder = join(made.path, 'lake/events')
    await using archive = openArchive({ folder, log: silentLog })
    await archive.write(aBatch('august', recordsOfShapes()))
    await aws.putAll(folder)
    await cp(folder, term.events, { recursive: true })
  })

  // Cases of one question are answered by one query, since each takes seconds.
  const answers = new Map<string, { trino: unknown[][]; duckDb: unknown[][] }>()
  async function answersTo(sql: string) {
    const known = answers.get(sql)
    if (known) return known
    const answer = { trino: (await aws.trino.query(sql)).rows, duckDb: await byDuckDb(sql) }
    answers.set(sql, answer)
    return answer
  }

  for (const [place, { says, query, narrowing = {}, rows }] of shapes.entries()) {
    it(`${query} counts ${says}, by Trino and by DuckDB`, async () => {
      const { from = '2026-08-01', to = '2026-08-31' } = narrowing
      const { sql } = namedQueries.find(({ id }) => id === query)!
      const { trino, duckDb } = await answersTo(narrowed(sql, { ...narrowing, from, to }))
      expect(comparable(rowsOf(place, trino))).toEqual(rows)
      expect(comparable(rowsOf(place, duckDb))).toEqual(rows)
    })
  }
})

describe('questions of people', () => {
  // June has only these.
  beforeAll(async () => {
    using made = temporaryFolder()
    const folder = join(made.path, 'lake/events')
    await using archive = openArchive({ folder, log: silentLog })
    await archive.write(aBatch('june', questionRecords))
    await aws.putAll(folder)
    await cp(folder, term.events, { recursive: true })
  })

  for (const { says, sql, where, rows } of questionCases.filter(({ isAgain }) => !isAgain)) {
    it(`count ${says}, by Trino and by DuckDB`, async () => {
      const bound = await boundTo(sql, { tenantId: 'default', where, database })
      expect(comparable((await aws.trino.query(bound)).rows)).toEqual(rows)
      expect(comparable(await byDuckDb(sql, where))).toEqual(rows)
    })
  }
})

describe('what Firehose converts', () => {
  it('is read through the same table and view, class and day from its path', async () => {
    const sent = {
      kind: 'event',
      tenant_id: 'default',
      source_id: 'firehose',
      event_id: 'urn:uuid:f1e0',
      type: 'ViewEvent',
      score: 0.5,
      success: true,
      event_time: '2026-11-12T10:59:00.000Z',
      received_at: '2026-11-12T10:59:00.123Z',
      skew_ms: -9007199254740991,
      issue_codes: ['a', 'b'],
      raw: '{"n":1.10}',
    }
    const key = await deliverByFirehose(aws.settings, 'sensitive', sent)
    const [, retentionClass, day] = key.split('/').map((part) => part.split('=').at(-1)!)
    const names = Object.keys(sent).join(', ')
    const { rows } = await aws.trino.query(
      `SELECT retention_class, day, ${names} FROM events WHERE source_id = 'firehose'`,
    )
    const time = (iso: string) => iso.replace('T', ' ').replace('Z', '')
    const { event_time, received_at } = sent
    const row = { ...sent, event_time: time(event_time), received_at: time(received_at) }
    expect(retentionClass).toBe('sensitive')
    expect(rows).toEqual([[retentionClass, day, ...Object.values(row)]])
  })
})

describe('partition projection', () => {
  it('shows every column of the table, and what is in the path', async () => {
    const { columns } = await aws.trino.query('SELECT * FROM archive LIMIT 1')
    const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]))
    expect(types).toMatchObject({
      event_time: 'timestamp',
      issue_codes: 'array(varchar)',
      retention_class: 'varchar',
      day: 'varchar',
    })
  })

  it('reads only the days and classes that a query asks for, through the view as well', async () => {
    const path = 'retention_class=standard/day=2026-11-20/hour=09/broken.parquet'
    await aws.put(path, Buffer.from('no Parquet at all'))
    const { sql } = namedQueries.find(({ id }) => id === 'activity-by-day')!
    const { rows } = await aws.trino.query(narrowed(sql, { from: '2026-11-01', to: '2026-11-19' }))
    expect(comparable(rows)).toEqual(expected['activity-by-day']!)
    const elsewhere = `SELECT source_id FROM events WHERE retention_class = 'sensitive'`
    expect((await aws.trino.query(elsewhere)).rows).toEqual([['firehose']])
    await expect(aws.trino.query(sql)).rejects.toThrow('broken.parquet')
  })
})
