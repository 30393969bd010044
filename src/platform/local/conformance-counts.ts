import type { Database } from 'bun:sqlite'
import type { Log } from '../../telemetry/log'
import { type Clock, createAgreedTime } from '../clock'
import type {
  ConformanceCounts,
  CountedInterval,
  CountedSource,
  CountRange,
  Tally,
} from '../conformance-counts'
import {
  addTo,
  beginOf,
  emptyTally,
  endOf,
  hourOf,
  KEPT_MS,
  LENGTH,
  MAX_NOTED,
} from '../shared/tally'
import { guarded } from './database'
import { relaxed } from './durably'

export const conformanceCountsSchema = `
CREATE TABLE IF NOT EXISTS conformanceHours (
  tenantId TEXT NOT NULL,
  sourceId TEXT NOT NULL,
  hour TEXT NOT NULL,
  stored INTEGER NOT NULL,
  conformant INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  PRIMARY KEY (tenantId, sourceId, hour)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS conformanceIssues (
  tenantId TEXT NOT NULL,
  sourceId TEXT NOT NULL,
  hour TEXT NOT NULL,
  code TEXT NOT NULL,
  items INTEGER NOT NULL,
  PRIMARY KEY (tenantId, sourceId, hour, code)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS withheldHours (
  tenantId TEXT NOT NULL,
  sourceId TEXT NOT NULL,
  hour TEXT NOT NULL,
  what TEXT NOT NULL,
  name TEXT NOT NULL,
  items INTEGER NOT NULL,
  PRIMARY KEY (tenantId, sourceId, hour, what, name)
) STRICT, WITHOUT ROWID`

// Both stand in one table.
const named = ['withheld', 'countedTypes'] as const

// A flush is one commit, seldom enough not to be felt. A kill loses the counts of so much time, and a power
// cut of a second more, when the next cursor is synced.
const FLUSH_MS = 10_000

interface Noted extends CountedSource {
  hour: string
  tally: Tally
}

/** Makes the counts. They wait in memory for a flush; disposing writes what is still there. */
export function createConformanceCounts(
  db: Database,
  { clock, log }: { clock: Clock; log: Log },
): ConformanceCounts & Disposable {
  const noted = new Map<string, Noted>()
  let timer: Timer | undefined
  const agreedTime = createAgreedTime(clock)
  let prunedBy: Date | undefined

  const addHour = db.query(`INSERT INTO conformanceHours VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT DO UPDATE SET stored = stored + ?4, conformant = conformant + ?5,
      quarantined = quarantined + ?6`)
  const addIssue = db.query(`INSERT INTO conformanceIssues VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT DO UPDATE SET items = items + ?5`)
  const addWithheld = db.query(`INSERT INTO withheldHours VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT DO UPDATE SET items = items + ?6`)
  const write = db.transaction((all: Noted[]) => {
    for (const { tenantId, sourceId, hour, tally } of all) {
      addHour.run(tenantId, sourceId, hour, tally.stored, tally.conformant, tally.quarantined)
      for (const [code, items] of Object.entries(tally.issues)) {
        addIssue.run(tenantId, sourceId, hour, code, items)
      }
      for (const what of named) {
        for (const [name, items] of Object.entries(tally[what] ?? {})) {
          addWithheld.run(tenantId, sourceId, hour, what, name, items)
        }
      }
    }
  })
  const where = 'WHERE tenantId = ? AND sourceId = ? AND hour >= ? AND hour < ?'
  const sums =
    'SUM(stored) AS stored, SUM(conformant) AS conformant, SUM(quarantined) AS quarantined'
  const readHours = db.query<CountedInterval, [number, string, string, string, string]>(
    `SELECT substr(hour, 1, ?) AS at, ${sums} FROM conformanceHours ${where} GROUP BY 1 ORDER BY 1`,
  )
  const readIssues = db.query<
    { at: string; code: string; items: number },
    [number, string, string, string, string]
  >(
    `SELECT substr(hour, 1, ?) AS at, code, SUM(items) AS items FROM conformanceIssues ${where}
     GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2`,
  )
  const readWithheld = db.query<
    { at: string; what: (typeof named)[number]; name: string; items: number },
    [number, string, string, string, string]
  >(
    `SELECT substr(hour, 1, ?) AS at, what, name, SUM(items) AS items FROM withheldHours ${where}
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 4 DESC, 3`,
  )

  function flush() {
    clearTimeout(timer)
    timer = undefined
    if (noted.size > 0) relaxed(db, () => write([...noted.values()]))
    noted.clear()
    const time = agreedTime()
    if (time === undefined || time === prunedBy) return
    const oldest = hourOf(new Date(time.getTime() - KEPT_MS).toISOString())
    for (const table of ['conformanceHours', 'conformanceIssues', 'withheldHours']) {
      relaxed(db, () => db.query(`DELETE FROM ${table} WHERE hour < ?`).run(oldest))
    }
    prunedBy = time
  }

  /**
   * Flushes; counts that cannot be written now stay in memory, and are written with the next ones.
   */
  function flushQuietly() {
    try {
      flush()
    } catch (error) {
      log.warn('conformance counts were not saved yet', { reason: (error as Error).message })
    }
  }

  return {
    add(source, receivedAt, tally) {
      const hour = hourOf(receivedAt)
      const key = JSON.stringify([source.tenantId, source.sourceId, hour])
      const { tenantId, sourceId } = source
      if (noted.size >= MAX_NOTED && !noted.has(key)) return
      const sum = noted.get(key) ?? { tenantId, sourceId, hour, tally: emptyTally() }
      addTo(sum.tally, tally)
      noted.set(key, sum)
      timer ??= setTimeout(flushQuietly, FLUSH_MS)
    },

    async read({ tenantId, sourceId }, { from, to, interval }: CountRange) {
      return guarded('reading conformance counts', () => {
        flush()
        const question = [LENGTH[interval], tenantId, sourceId, hourOf(from), endOf(to)] as const
        const intervals = new Map<string, CountedInterval>(
          readHours
            .all(...question)
            .map((row) => [row.at, { ...row, issues: emptyTally().issues }]),
        )
        for (const { at, code, items } of readIssues.all(...question)) {
          const found = intervals.get(at)
          if (found !== undefined) found.issues[code] = items
        }
        for (const { at, what, name, items } of readWithheld.all(...question)) {
          const found = intervals.get(at)
          if (found !== undefined) found[what] = { ...found[what], [name]: items }
        }
        return [...intervals.values()].map((one) => ({ ...one, at: beginOf(one.at, interval) }))
      })
    },

    [Symbol.dispose]: flushQuietly,
  }
}
