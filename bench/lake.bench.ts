/**
 * This bench settles a lake. It measures in one run what settling a busy server's day costs and
 * takes of memory, and what named queries over a year cost before and after.
 *
 *     npm run bench:lake                              a year of 365 × 24 files, a day of 1,440; four minutes
 *     npm run bench:lake -- --busy 7000 --days 0      ten million events in one day, alone
 *     npm run bench:lake -- --goals                   a week of a file a minute, five million events, by its goals
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock as clock } from '../src/platform/clock'
import { openArchive } from '../src/platform/local/archive'
import { lakeFolder, openServingLake } from '../src/platform/local/lake'
import { createDuck } from '../src/platform/local/parquet/duck'
import { openSettlement } from '../src/platform/local/settlement'
import { askLake } from '../src/query/ask-lake'
import { namedQueries } from '../src/query/sql'
import { narrowed } from '../src/query/sql/named-query'
import { silentLog as log } from '../src/telemetry/log'
import { temporaryFolder } from '../tests/support/folders'
import { type Day, landDay } from './lake-files'
import { measureGoals } from './lake-goals'

const { values } = parseArgs({
  options: {
    busy: { type: 'string', default: '700' },
    days: { type: 'string', default: '365' },
    files: { type: 'string', default: '24' },
    rows: { type: 'string', default: '60' },
    goals: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    /** The week is made here, and stays for the next time. */
    keep: { type: 'string' },
  },
})
const MINUTES = 1440
const FIRST = Date.parse('2025-11-01T00:00:00.000Z')
const dayAt = (n: number) => new Date(FIRST + n * 86_400_000).toISOString().slice(0, 10)

async function land(dataDir: string, days: Day[]) {
  await using duck = createDuck({ threads: 1 })
  const connection = await duck.connect()
  for (const day of days) await landDay(connection, lakeFolder(dataDir), day)
  connection.closeSync()
}

/** CPU of the processes that have ended, in seconds (proc(5): cutime and cstime, in ticks of 10 ms). */
function cpuOfEnded(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

/** Watches the most memory that a process of ours takes. */
function watchMemory() {
  let peak = 0
  const timer = setInterval(() => {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
    for (const pid of children.split(' ').filter(Boolean)) {
      try {
        const [, kilobytes] =
          /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
        peak = Math.max(peak, Number(kilobytes ?? 0))
      } catch {
        // It has ended.
      }
    }
  }, 100)
  return { peak: () => Math.round(peak / 1024), [Symbol.dispose]: () => clearInterval(timer) }
}

async function settle(dataDir: string) {
  using memory = watchMemory()
  const [begun, cpu] = [performance.now(), cpuOfEnded()]
  let settled: Awaited<ReturnType<Awaited<ReturnType<typeof openSettlement>>['settle']>>
  {
    const folder = lakeFolder(dataDir)
    await using archive = openArchive({ folder, log })
    const settlement = await openSettlement({ folder, archive, clock })
    settled = await settlement.settle({ until: dayAt(100_000) })
  }
  const sum = (of: 'rows' | 'filesBefore' | 'filesAfter') =>
    settled.days.reduce((total, day) => total + day[of], 0)
  const rows = sum('rows')
  const [seconds, cpuSeconds] = [(performance.now() - begun) / 1000, cpuOfEnded() - cpu]
  console.log(
    `${sum('filesBefore')} files → ${sum('filesAfter')}, ${rows} events: ` +
      `${((cpuSeconds * 1e6) / rows).toFixed(1)} µs CPU an event, ${((seconds * 1e6) / rows).toFixed(1)} µs by the clock; ` +
      `${memory.peak()} MB at most`,
  )
}

const PERSON = 'https://example.edu/users/77'
const COURSE = 'https://example.edu/courses/77'
const questions: [name: string, sql: string][] = [
  ...namedQueries.map(({ id, sql }): [string, string] => [id, narrowed(sql, {})]),
  ['one person', `SELECT count(*), min(event_time) FROM events WHERE actor_id = '${PERSON}'`],
  ['one course', `SELECT count(*), min(event_time) FROM events WHERE course_id = '${COURSE}'`],
]

async function askAll(dataDir: string) {
  const times = new Map<string, { ms: number; answer: string }>()
  await using lake = openServingLake(dataDir)
  for (const [name, sql] of questions) {
    const begun = performance.now()
    const answer = await askLake(lake, { reader: 'operator', sql })
    const ms = performance.now() - begun
    times.set(name, { ms, answer: JSON.stringify(answer.rows.toSorted()) })
  }
  return times
}

if (values.goals) {
  using made = temporaryFolder()
  // Of ten thousand files, 496 events each are five million.
  const size = values.quick ? { days: 1, rows: 100 } : { days: 7, rows: 496 }
  await measureGoals(values.keep ?? made.path, size)
}
if (!values.goals && values.busy !== '0') {
  using busy = temporaryFolder()
  await land(busy.path, [{ day: dayAt(0), files: MINUTES, rows: Number(values.busy) }])
  console.log('A day of a file a minute:')
  await settle(busy.path)
}
if (!values.goals && values.days !== '0') {
  using year = temporaryFolder()
  const { files, rows } = values
  const some = { files: Number(files), rows: Number(rows) }
  await land(
    year.path,
    Array.from({ length: Number(values.days) }, (_, n) => ({ day: dayAt(n), ...some })),
  )
  console.log(`${values.days} days of ${files} files of ${rows} events:`)
  const before = await askAll(year.path)
  await settle(year.path)
  const after = await askAll(year.path)
  for (const [name, { ms, answer }] of before) {
    const now = after.get(name)!
    const same = now.answer === answer ? '' : '  OTHER ANSWER'
    const times = `${Math.round(ms)} → ${Math.round(now.ms)} ms`
    console.log(`  ${name.padEnd(26)}${times.padStart(18)}  ${(ms / now.ms).toFixed(1)} ×${same}`)
  }
  rmSync(join(year.path, 'lake'), { recursive: true })
}
