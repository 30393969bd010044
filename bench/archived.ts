import { Database } from 'bun:sqlite'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { columns } from '../src/event/columns'
import type { AggregateQuestion } from '../src/platform/aggregates'
import { reconcile } from '../src/platform/local/aggregates/child/reconcile'
import { createAggregates } from '../src/platform/local/aggregates/read'
import { lakeFolder, openLake } from '../src/platform/local/lake'
import { createDuck, duckTypes } from '../src/platform/local/parquet/duck'
import { partitionsOf } from '../src/platform/local/settle/places'
import { createTurns } from '../src/platform/turns'
import { askLake } from '../src/query/ask-lake'
import { edgesOf } from '../src/query/intervals'

const FIRST = Date.parse('2025-12-01T00:00:00Z')
const DAY_MS = 86_400_000
const YEAR = 365
const ROUNDS = 9
const zone = 'America/New_York'

const dayAt = (n: number) => new Date(FIRST + n * DAY_MS).toISOString().slice(0, 10)

/**
 * Each day has the same number of events, of 50,000 learners in four of 2,000 courses each; a third of
 * them comes on a day, and most of what they do is around noon.
 */
const values: Record<string, string> = {
  kind: `'event'`,
  tenant_id: `'default'`,
  source_id: `'source-' || (i % 5)`,
  event_id: `'urn:uuid:' || md5(day || i)`,
  standard: `'caliper'`,
  type: `'Type' || (hash(i * 3) % 20)`,
  action: `'Action' || (hash(i * 5) % 40)`,
  common_action: `'Action' || (hash(i * 5) % 40)`,
  actor_id: `'https://school.example/users/' || learner`,
  actor_type: `'Person'`,
  course_id: `'https://school.example/courses/' || ((learner * 7 + hash(i * 7) % 4) % 2000)`,
  event_time: 't',
  occurred_at: 't',
  received_at: 't + INTERVAL 3 SECOND',
  raw: `'{"id":"' || i || '","type":"ViewEvent","object":"' || md5('o' || i) || '"}'`,
}

async function fill(dataDir: string, days: number, perDay: number) {
  await using duck = createDuck({ threads: 1 })
  const connection = await duck.connect()
  const selected = columns
    .filter(({ name }) => name !== 'retention_class')
    .map(({ name, type }) => `${values[name] ?? `NULL::${duckTypes[type]}`} AS ${name}`)
  for (let n = 0; n < days; n += 1) {
    const day = dayAt(n)
    const place = join(lakeFolder(dataDir), 'retention_class=standard', `day=${day}`, 'hour=24')
    mkdirSync(place, { recursive: true })
    const noon = `(hash(i) % 1000 + hash(i * 17) % 1000 + hash(i * 23) % 1000) / 500.0 - 3`
    await connection.run(`COPY (SELECT ${selected.join(', ')} FROM (
        SELECT i, '${day}' AS day, (hash(i * 13) % 16000 * 3 + ${n % 3})::BIGINT AS learner,
          make_timestamptz(epoch_us(TIMESTAMP '${day} 00:00:00')
            + (least(86399, greatest(0, 43200 + 14000 * (${noon}))) * 1000000)::BIGINT) AS t
        FROM range(${perDay}) AS r(i))
      ORDER BY tenant_id, course_id, actor_id, event_time)
      TO '${place}/settled-59-${String(n).padStart(12, '0')}-0z.parquet'
      (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 16384)`)
  }
}

const median = (list: number[]) => list.toSorted((a, b) => a - b)[list.length >> 1]!

/** Counts some days as the process of the archive does, and says what the later of them cost. */
async function countDays(dataDir: string, file: string, perDay: number) {
  const each: number[] = []
  for (const partition of await partitionsOf(lakeFolder(dataDir))) {
    const before = process.cpuUsage()
    const answer = await reconcile({
      ...{ kind: 'aggregate', isGentle: false, isSweep: false, isNew: false, key: '00', partition },
      ...{ folder: lakeFolder(dataDir), file, spillTo: join(dataDir, 'spill') },
      zones: { default: zone },
    })
    if (answer.kind !== 'aggregated') throw new Error(answer.reason)
    const { user, system } = process.cpuUsage(before)
    each.push((user + system) / perDay)
  }
  const [first, ...later] = each
  console.log(
    `aggregates, a first day with all its people: ${first!.toFixed(2)} µs of CPU an event`,
  )
  console.log(`aggregates, a later day: ${median(later).toFixed(2)} µs of CPU an event\n`)
}

/** Repeats what some days contribute until there is a year. */
function fillYear(file: string, days: number) {
  using db = new Database(file)
  db.run('BEGIN')
  for (let n = days; n < YEAR; n += days) {
    for (const [table, rest] of [
      ['counts', 'rate, totals, quarters'],
      ['people', 'heads, lists'],
    ] as const) {
      db.run(`INSERT INTO ${table} (file, tenant, dimension, day, ${rest})
        SELECT file, tenant, dimension, day + ${n}, ${rest} FROM ${table}
        WHERE day < ${FIRST / DAY_MS + days} AND day + ${n} < ${FIRST / DAY_MS + YEAR}`)
    }
  }
  db.run('COMMIT')
}

async function askYear(file: string) {
  const aggregates = createAggregates({
    ...{ file, turns: createTurns() },
    follower: { isExact: () => true, lost() {} },
  })
  const range = { from: Date.parse('2025-12-01T05:00:00Z'), to: Date.parse('2026-12-01T05:00:00Z') }
  const course = 'https://school.example/courses/7'
  const questions: [string, Partial<AggregateQuestion>, 'hour' | 'day' | 'week' | 'all'][] = [
    ['events by day', {}, 'day'],
    ['events by the hour', {}, 'hour'],
    ['events by type and day', { by: 'type' }, 'day'],
    ['events by course', { by: 'course' }, 'all'],
    ['events by course and week', { by: 'course' }, 'week'],
    ['events of one course by day', { by: 'course', only: course }, 'day'],
    ['people by day', { metric: 'actors' }, 'day'],
    ['people by week', { metric: 'actors' }, 'week'],
    ['people by course and day', { metric: 'actors', by: 'course' }, 'day'],
    ['people by course and week', { metric: 'actors', by: 'course' }, 'week'],
    ['people of the year', { metric: 'actors' }, 'all'],
  ]
  console.log(`| a year in ${zone} | ms | CPU ms | groups |`)
  console.log('|---|---|---|---|')
  for (const [name, more, interval] of questions) {
    const edges = edgesOf({ ...range, interval, timeZone: zone })
    const asked = { tenantId: 'default', metric: 'events', edges, timeZone: zone, ...more } as const
    const took: number[] = []
    const cpu: number[] = []
    let groups = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const [from, before] = [performance.now(), process.cpuUsage()]
      groups = (await aggregates.count(asked))!.length
      took.push(performance.now() - from)
      const { user, system } = process.cpuUsage(before)
      cpu.push((user + system) / 1000)
    }
    console.log(`| ${name} | ${median(took).toFixed(0)} | ${median(cpu).toFixed(0)} | ${groups} |`)
  }
}

async function askOneDay(dataDir: string, days: number) {
  await using lake = openLake(dataDir)
  const day = dayAt(days - 1)
  const sql = `SELECT type, count(*), count(DISTINCT actor_id) FROM events
    WHERE day = '${day}' AND course_id = 'https://school.example/courses/7' GROUP BY 1`
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = performance.now()
    await askLake(lake, { reader: { tenantId: 'default' }, sql })
    took.push(performance.now() - from)
  }
  console.log(`\na day of one course from the lake: ${median(took).toFixed(0)} ms`)
}

/**
 * Measures aggregates of a university of 50,000 learners and 50 million events a year: days are really written
 * and counted, and what they contribute is repeated until there is a year.
 */
export async function benchArchived(dataDir: string, days: number, perDay: number) {
  await fill(dataDir, days, perDay)
  console.log(`\n${days} days of ${perDay.toLocaleString('en')} events in the lake\n`)
  const file = join(dataDir, 'aggregates.db')
  await countDays(dataDir, file, perDay)
  await askOneDay(dataDir, days)
  fillYear(file, days)
  await askYear(file)
}
