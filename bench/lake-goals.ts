import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { openArchive } from '../src/platform/local/archive'
import { lakeFolder } from '../src/platform/local/lake'
import { createDuck } from '../src/platform/local/parquet/duck'
import { openSettlement } from '../src/platform/local/settlement'
import { namedQueries } from '../src/query/sql'
import { silentLog as log } from '../src/telemetry/log'
import { clockAt } from '../tests/support/clock'
import { tellGoal } from './goals'
import { type Asked, ask } from './lake-ask'
import { landDay } from './lake-files'

const MINUTES = 1440
const DAY_MS = 86_400_000
const FIRST = Date.parse('2025-11-01T00:00:00.000Z')
const dayAt = (n: number) => new Date(FIRST + n * DAY_MS).toISOString().slice(0, 10)
const ROUNDS = 2

/** Lands days of a file a minute, two at a time. */
async function land(dataDir: string, days: number, rows: number) {
  const waiting = Array.from({ length: days }, (_, n) => dayAt(n))
  async function some() {
    await using duck = createDuck({ threads: 1 })
    const connection = await duck.connect()
    for (let day = waiting.shift(); day !== undefined; day = waiting.shift()) {
      await landDay(connection, lakeFolder(dataDir), { day, files: MINUTES, rows })
      console.log(`  ${day} has landed`)
    }
    connection.closeSync()
  }
  await Promise.all([some(), some()])
}

/** Joins the hours of each day as the server does in its course, or settles all. */
async function work(dataDir: string, days: number, how: 'hours' | 'days') {
  const folder = lakeFolder(dataDir)
  let time = new Date(FIRST)
  await using archive = openArchive({ folder, log })
  const settlement = await openSettlement({ folder, archive, clock: clockAt(() => time) })
  if (how === 'days') await settlement.settle({ until: dayAt(days) })
  for (let n = 0; how === 'hours' && n < days; n += 1) {
    time = new Date(FIRST + (n + 1) * DAY_MS)
    await settlement.joinHours()
  }
}

const better = (one: Asked, other: Asked | undefined) =>
  other === undefined || one.cpuMs < other.cpuMs ? one : other

/**
 * Measures named queries over a week of a file a minute: as it lies where nothing was joined, with its hours joined, and settled.
 * @param folder that the week is in, or is made in
 */
export async function measureGoals(folder: string, { days, rows }: { days: number; rows: number }) {
  const [minutes, hours, settled] = ['minutes', 'hours', 'settled'].map((name) =>
    join(folder, name),
  ) as [string, string, string]
  if (!existsSync(minutes)) await land(minutes, days, rows)
  for (const [dataDir, how] of [
    [hours, 'hours'],
    [settled, 'days'],
  ] as const) {
    if (existsSync(dataDir)) continue
    cpSync(minutes, dataDir, { recursive: true })
    await work(dataDir, days, how)
    console.log(`  ${how} are joined`)
  }
  const most = { ratio: 0, of: '', megabytes: 0 }
  const timed = ['time-on-task', 'course-funnel']
  for (const { id } of namedQueries) {
    let [joined, whole]: [Asked | undefined, Asked | undefined] = [undefined, undefined]
    for (let round = 0; round < ROUNDS; round += 1) {
      joined = better(await ask(hours, id), joined)
      whole = better(await ask(settled, id), whole)
    }
    const [a, b] = [joined!, whole!]
    if (a.answer !== b.answer) console.log(`  ${id}: OTHER ANSWER`)
    const ratio = a.cpuMs / b.cpuMs
    if (ratio > most.ratio) Object.assign(most, { ratio, of: id })
    most.megabytes = Math.max(most.megabytes, a.megabytes, b.megabytes)
    const cost = ({ ms, cpuMs, megabytes }: Asked) =>
      `${Math.round(ms)} ms (${Math.round(cpuMs)} of CPU, ${megabytes} MB)`
    console.log(`  ${id.padEnd(24)} hours ${cost(a)}, days ${cost(b)}: ${ratio.toFixed(2)} ×`)
    if (!timed.includes(id)) continue
    const raw = await ask(minutes, id)
    console.log(
      `  ${''.padEnd(24)} as it landed ${cost(raw)}: ${(raw.cpuMs / b.cpuMs).toFixed(2)} ×`,
    )
    const all = Math.round((days * MINUTES * rows) / 100_000) / 10
    const beside = `over ${all} million rows, days settled; CPU ${Math.round(b.cpuMs)} ms`
    tellGoal({ goal: `Lake: ${id}`, value: b.ms / 1000, unit: 's', most: 2, beside })
  }
  const goal = 'Lake: a week of minutes, its hours joined, against day files'
  tellGoal({
    goal,
    value: most.ratio,
    unit: '×',
    most: 1.5,
    beside: `CPU; the worst is ${most.of}`,
  })
  tellGoal({ goal: 'Lake: memory of a named query', value: most.megabytes, unit: 'MB', most: 600 })
}
