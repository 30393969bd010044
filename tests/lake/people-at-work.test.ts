import { afterAll, describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { columns } from '../../src/event/columns'
import { createDuck, duckTypes, literal } from '../../src/platform/local/parquet/duck'
import { namedQueries } from '../../src/query/sql'
import {
  anySeen,
  byPerson,
  CLOCKS_BACK,
  MINUTE,
  minutesOf,
  type Seen,
  stepsOf,
  usual,
} from './people-at-work'

// The two queries fold a person's events before they put them in order. Here each is put in order and
// counted, one by one.

const duck = createDuck({ threads: 1 })
afterAll(() => duck[Symbol.asyncDispose]())

async function answer(id: string, rows: readonly Seen[], zone: string): Promise<unknown[][]> {
  const connection = await duck.connect()
  try {
    await connection.run(`SET TimeZone = '${zone}'`)
    const typed = columns.map(({ name, type }) => `${name} ${duckTypes[type]}`).join(', ')
    await connection.run(`CREATE OR REPLACE TEMP TABLE events (${typed}, day VARCHAR)`)
    const text = (value: string | null) => (value === null ? 'NULL' : literal(value))
    const values = rows.map((row) => {
      const { tenant_id, course_id, actor_id, session_id, object_id, type, action } = row
      const texts = [tenant_id, course_id, actor_id, session_id, object_id, type, action].map(text)
      const time = `make_timestamptz(${(CLOCKS_BACK + row.minute * MINUTE) * 1000})`
      return `(${[...texts, time, row.sample_rate ?? 'NULL'].join(', ')}, 'event', '2026-10-25')`
    })
    await connection.run(`INSERT INTO events (tenant_id, course_id, actor_id, session_id, object_id,
      type, action, occurred_at, sample_rate, kind, day) VALUES ${values.join(', ')}`)
    const { sql } = namedQueries.find((query) => query.id === id)!
    const found = (await connection.runAndReadAll(sql)).getRowsJson()
    return found.map((row) =>
      row.map((value) => (/^\d+$/.test(`${value}`) ? Number(value) : value)),
    )
  } finally {
    connection.closeSync()
  }
}

const sorted = (rows: unknown[][]) => rows.map((row) => JSON.stringify(row)).sort()
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe']
const RUNS = { numRuns: 40 }

describe('time on task', () => {
  const expected = (rows: readonly Seen[]) =>
    [...byPerson(rows)].map(([name, events]) => [...name.split(' '), ...minutesOf(events)])

  it('is the sum of short pauses, whatever the zone of whoever asks and on the day clocks are put back', async () => {
    const any = fc.array(anySeen, { minLength: 1, maxLength: 40 })
    // Both of these are at a quarter past two in Berlin, an hour apart.
    const twice = [-45, 15].map((minute): Seen => ({ ...usual, minute }))
    await fc.assert(
      fc.asyncProperty(any, fc.constantFrom(...ZONES), async (rows, zone) => {
        expect(sorted(await answer('time-on-task', rows, zone))).toEqual(sorted(expected(rows)))
      }),
      { ...RUNS, examples: [[twice, 'Europe/Berlin']] },
    )
  })

  it('weighs each session by its sample', async () => {
    const session = fc.record({
      rate: fc.constantFrom(0.25, 0.5, null),
      minutes: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 }),
      kept: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(session, { minLength: 1, maxLength: 5 }), async (sessions) => {
        // Of the events of one that is sampled, some are of kinds that are kept whole. Sessions follow each other.
        const rows = sessions.flatMap(({ rate, minutes, kept }, place) =>
          minutes.map((minute, event): Seen => {
            const sample_rate = kept[event] ? null : rate
            const minuteOfAll = place * 120 + minute
            return { ...usual, minute: minuteOfAll, session_id: `${place}`, sample_rate }
          }),
        )
        expect(sorted(await answer('time-on-task', rows, 'UTC'))).toEqual(sorted(expected(rows)))
      }),
      RUNS,
    )
  })
})

describe('the funnel of a course', () => {
  it('counts who came how far, event by event', async () => {
    const any = fc.array(anySeen, { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(any, async (rows) => {
        const courses = new Map<string, number[]>()
        for (const [name, events] of byPerson(rows)) {
          const course = name.split(' ').slice(0, 2).join(' ')
          const before = courses.get(course) ?? [0, 0, 0, 0]
          courses.set(
            course,
            [1, ...stepsOf(events)].map((one, place) => one + before[place]!),
          )
        }
        const expected = [...courses].map(([name, counts]) => [...name.split(' '), ...counts])
        expect(sorted(await answer('course-funnel', rows, 'UTC'))).toEqual(sorted(expected))
      }),
      RUNS,
    )
  })
})
