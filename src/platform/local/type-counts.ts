import type { Database } from 'bun:sqlite'
import { setImmediate as rest } from 'node:timers/promises'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import { createNotedTypes, type NotedTypes, OTHER_TYPE, type TypeHour } from '../shared/noted-types'
import { hourOf, KEPT_MS } from '../shared/tally'
import { byFrequency, forgottenIn, lastHourOf, MAX_TYPES, sumOf } from '../shared/type-slots'
import type { ForgottenPart, TypeCounts } from '../type-counts'
import { translated } from './database'
import { relaxed } from './durably'

export const typeCountsSchema = `
CREATE TABLE IF NOT EXISTS typeTotals (
  tenantId TEXT NOT NULL,
  type TEXT NOT NULL,
  total INTEGER NOT NULL,
  lastSeenAt TEXT NOT NULL,
  PRIMARY KEY (tenantId, type)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS typeHours (
  tenantId TEXT NOT NULL,
  hour TEXT NOT NULL,
  type TEXT NOT NULL,
  slots TEXT NOT NULL,
  PRIMARY KEY (tenantId, hour, type)
) STRICT, WITHOUT ROWID`

// A flush is one commit. A kill loses the counts of so much time, and a power cut of a second more.
const FLUSH_MS = 4_000
// So many rows are written at a time, in some five milliseconds.
const ROWS_A_STEP = 250

type TotalRow = { type: string; total: number; lastSeenAt: string }
type HourRow = Record<'type' | 'hour' | 'slots', string>

/** Makes the counts. They wait in memory for a flush; disposing writes what is still there. */
export function createTypeCounts(
  db: Database,
  { clock, log }: { clock: Clock; log: Log },
): Required<Omit<TypeCounts, 'areCounted'>> & Disposable {
  const noted = createNotedTypes()
  /** By tenant, how many types are told apart. */
  const told = new Map<string, number>()
  let timer: Timer | undefined

  const total = db.query<TotalRow, [string, string]>(
    'SELECT * FROM typeTotals WHERE tenantId = ? AND type = ?',
  )
  const putTotal = db.query('INSERT OR REPLACE INTO typeTotals VALUES (?, ?, ?, ?)')
  const count = db.query<{ types: number }, [string]>(
    'SELECT count(*) AS types FROM typeTotals WHERE tenantId = ?',
  )
  const ofHour = db.query<HourRow, [string, string, string]>(
    'SELECT * FROM typeHours WHERE tenantId = ? AND hour = ? AND type = ?',
  )
  const putHour = db.query('INSERT OR REPLACE INTO typeHours VALUES (?, ?, ?, ?)')
  const listTotals = db.query<TotalRow, [string]>('SELECT * FROM typeTotals WHERE tenantId = ?')
  const listHours = db.query<HourRow, [string, string]>(
    'SELECT * FROM typeHours WHERE tenantId = ? AND hour >= ?',
  )
  const prune = db.query('DELETE FROM typeHours WHERE tenantId = ? AND hour < ?')
  const dropTotal = db.query('DELETE FROM typeTotals WHERE tenantId = ? AND type = ?')
  const dropHour = db.query('DELETE FROM typeHours WHERE tenantId = ? AND hour = ? AND type = ?')
  /** Returns the name under which a type is counted, and what is counted under it. */
  function heldAs(tenantId: string, type: string): [string, TotalRow | null] {
    const held = total.get(tenantId, type)
    if (held !== null || type === OTHER_TYPE) return [type, held]
    const types = told.get(tenantId) ?? count.get(tenantId)?.types ?? 0
    if (types >= MAX_TYPES) return [OTHER_TYPE, total.get(tenantId, OTHER_TYPE)]
    told.set(tenantId, types + 1)
    return [type, null]
  }

  const oldestHour = () => hourOf(new Date(clock.now().getTime() - KEPT_MS).toISOString())

  const write = db.transaction((all: NotedTypes[]) => {
    for (const { tenantId, type, hour, slots, lastSeenAt } of all) {
      const [name, before] = heldAs(tenantId, type)
      const seenAt =
        before !== null && before.lastSeenAt > lastSeenAt ? before.lastSeenAt : lastSeenAt
      putTotal.run(tenantId, name, (before?.total ?? 0) + sumOf(slots), seenAt)
      const held = ofHour.get(tenantId, hour, name)
      const sums = held === null ? slots : plus(JSON.parse(held.slots), slots)
      putHour.run(tenantId, hour, name, JSON.stringify(sums))
    }
    for (const tenantId of new Set(all.map(({ tenantId }) => tenantId))) {
      prune.run(tenantId, oldestHour())
    }
  })

  function flush(most?: number) {
    const taken = noted.take(most)
    try {
      if (taken.length > 0) relaxed(db, () => write(taken))
    } catch (error) {
      told.clear()
      taken.forEach(noted.note)
      throw error
    }
  }

  async function flushInSteps() {
    clearTimeout(timer)
    timer = undefined
    for (; noted.size() > 0; await rest()) flush(ROWS_A_STEP)
  }

  /** Says so when something cannot be written now; it stays in memory, and is written with the next. */
  function tellLate(error: unknown) {
    log.warn('counts by type were not saved yet', { reason: (error as Error).message })
  }

  /** Forgets a part of what is counted, type by type. */
  const forgetPart = db.transaction((tenantId: string, before: ForgottenPart) => {
    const left = new Map<string, number>()
    for (const row of hoursFrom(tenantId, '')) {
      const gone = forgottenIn(row, before)
      const slots = row.slots.map((one, place) => one - gone[place]!)
      left.set(row.type, (left.get(row.type) ?? 0) + sumOf(slots))
      if (sumOf(gone) === 0) continue
      if (sumOf(slots) === 0) dropHour.run(tenantId, row.hour, row.type)
      else putHour.run(tenantId, row.hour, row.type, JSON.stringify(slots))
    }
    let removed = 0
    for (const { type, total, lastSeenAt } of listTotals.all(tenantId)) {
      const rest = left.get(type) ?? 0
      removed += total - rest
      if (rest === 0) dropTotal.run(tenantId, type)
      else putTotal.run(tenantId, type, rest, lastSeenAt)
    }
    return removed
  })

  function hoursFrom(tenantId: string, hour: string): TypeHour[] {
    const rows = listHours.all(tenantId, hour)
    return rows.map(({ slots, ...row }) => ({ ...row, slots: JSON.parse(slots) as number[] }))
  }

  return {
    add(tenantId, at, types) {
      noted.add(tenantId, at, types)
      timer ??= setTimeout(() => void flushInSteps().catch(tellLate), FLUSH_MS)
    },

    read: (tenantId, now) =>
      asked('reading counts by type', async () => {
        await flushInSteps()
        const hour = hourOf(new Date(now.getTime() - 60 * 60 * 1000).toISOString())
        const hours = lastHourOf(hoursFrom(tenantId, hour), now)
        const types = listTotals.all(tenantId).map(({ type, total, lastSeenAt }) => {
          return { type, total, lastHour: hours.get(type) ?? 0, lastSeenAt }
        })
        return byFrequency(types)
      }),

    forget: (tenantId, before) =>
      asked('forgetting counts by type', async () => {
        await flushInSteps()
        told.delete(tenantId)
        noted.forget(tenantId, before.time)
        if (hourOf(before.time) < oldestHour()) return { removed: 0 }
        return { removed: forgetPart(tenantId, before) }
      }),

    [Symbol.dispose]() {
      clearTimeout(timer)
      try {
        flush()
      } catch (error) {
        tellLate(error)
      }
    },
  }
}

async function asked<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw translated(what, error)
  }
}

function plus(one: number[], other: readonly number[]): number[] {
  return one.map((count, place) => count + other[place]!)
}
