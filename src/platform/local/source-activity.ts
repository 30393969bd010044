import type { Database } from 'bun:sqlite'
import type { Log } from '../../telemetry/log'
import { addArrivals, addCounts, emptyArrivals, emptyCounts, isSomething, later } from '../arrivals'
import { firstSlot, MAX_NOTED, SLOT_KEPT_MS, slotOf } from '../shared/arrival-slots'
import type {
  ArrivalCounts,
  Arrivals,
  CountedSender,
  SeenSender,
  SourceActivity,
} from '../source-activity'
import { guarded } from './database'
import { relaxed } from './durably'

export const sourceActivitySchema = `
CREATE TABLE IF NOT EXISTS seenSenders (
  tenantId TEXT NOT NULL,
  sourceId TEXT NOT NULL,
  keyId TEXT NOT NULL,
  lastUsedAt TEXT NOT NULL,
  lastSeenAt TEXT,
  counts TEXT NOT NULL,
  PRIMARY KEY (tenantId, sourceId, keyId)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS arrivalSlots (
  tenantId TEXT NOT NULL,
  slot TEXT NOT NULL,
  sourceId TEXT NOT NULL,
  keyId TEXT NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY (tenantId, slot, sourceId, keyId)
) STRICT, WITHOUT ROWID`

// A flush is one commit, seldom enough not to be felt. A kill loses the counts of so much time, and a power
// cut of a second more, when the next cursor is synced.
const FLUSH_MS = 10_000

interface Noted {
  sender: CountedSender
  slot: string
  lastUsedAt: string
  lastSeenAt: string | undefined
  arrivals: Arrivals
}

type SeenRow = Record<'sourceId' | 'keyId' | 'lastUsedAt' | 'counts', string> & {
  lastSeenAt: string | null
}
type SlotRow = Record<'sourceId' | 'keyId' | 'counts', string>
type Place = [tenantId: string, sourceId: string, keyId: string]

/** Makes the counts. They wait in memory for a flush; disposing writes what is still there. */
export function createSourceActivity(
  db: Database,
  { log }: { log: Log },
): SourceActivity & Disposable {
  const noted = new Map<string, Noted>()
  let timer: Timer | undefined

  const seen = db.query<SeenRow, Place>(
    'SELECT * FROM seenSenders WHERE tenantId = ? AND sourceId = ? AND keyId = ?',
  )
  const putSeen = db.query('INSERT OR REPLACE INTO seenSenders VALUES (?, ?, ?, ?, ?, ?)')
  const slotted = db.query<SlotRow, [...Place, string]>(
    'SELECT * FROM arrivalSlots WHERE tenantId = ? AND sourceId = ? AND keyId = ? AND slot = ?',
  )
  const putSlot = db.query('INSERT OR REPLACE INTO arrivalSlots VALUES (?, ?, ?, ?, ?)')
  const prune = db.query('DELETE FROM arrivalSlots WHERE tenantId = ? AND slot < ?')
  const listSeen = db.query<SeenRow, [string]>(
    'SELECT * FROM seenSenders WHERE tenantId = ? ORDER BY sourceId, keyId',
  )
  const listSlots = db.query<SlotRow, [string, string, string]>(
    'SELECT * FROM arrivalSlots WHERE tenantId = ? AND slot >= ? AND slot <= ?',
  )

  const write = db.transaction((all: Noted[]) => {
    for (const { sender, slot, lastUsedAt, lastSeenAt, arrivals } of all) {
      const place: Place = [sender.tenantId, sender.sourceId, sender.keyId]
      const before = seen.get(...place)
      const { lags: _, ...counts } = arrivals
      const total = before === null ? emptyCounts() : (JSON.parse(before.counts) as ArrivalCounts)
      addCounts(total, counts)
      const usedAt = later(before?.lastUsedAt, lastUsedAt)!
      const seenAt = later(before?.lastSeenAt ?? undefined, lastSeenAt) ?? null
      putSeen.run(...place, usedAt, seenAt, JSON.stringify(total))
      if (!isSomething(arrivals)) continue
      const sum = emptyArrivals()
      const held = slotted.get(...place, slot)
      if (held !== null) addArrivals(sum, JSON.parse(held.counts))
      addArrivals(sum, arrivals)
      putSlot.run(sender.tenantId, slot, sender.sourceId, sender.keyId, JSON.stringify(sum))
      prune.run(
        sender.tenantId,
        slotOf(new Date(Date.parse(`${slot}Z`) - SLOT_KEPT_MS).toISOString()),
      )
    }
  })

  function flush() {
    clearTimeout(timer)
    timer = undefined
    if (noted.size > 0) relaxed(db, () => write([...noted.values()]))
    noted.clear()
  }

  /** Flushes; what cannot be written now stays in memory, and is written with the next. */
  function flushQuietly() {
    try {
      flush()
    } catch (error) {
      log.warn('counts of arrivals were not saved yet', { reason: (error as Error).message })
    }
  }

  return {
    add(sender, at, arrivals) {
      const slot = slotOf(at)
      const { tenantId, sourceId, keyId } = sender
      const name = `${tenantId}\0${sourceId}\0${keyId}\0${slot}`
      let sum = noted.get(name)
      if (sum === undefined) {
        if (noted.size >= MAX_NOTED) return
        const key = { tenantId, sourceId, keyId }
        const arrived = { lastUsedAt: at, lastSeenAt: undefined, arrivals: emptyArrivals() }
        sum = { sender: key, slot, ...arrived }
        noted.set(name, sum)
      }
      addArrivals(sum.arrivals, arrivals)
      sum.lastUsedAt = later(sum.lastUsedAt, at)
      if (isSomething(arrivals)) sum.lastSeenAt = later(sum.lastSeenAt, at)
      timer ??= setTimeout(flushQuietly, FLUSH_MS)
    },

    async read(tenantId, now) {
      return guarded('reading counts of arrivals', () => {
        flush()
        const hours = new Map<string, Arrivals>()
        for (const { sourceId, keyId, counts } of listSlots.all(
          tenantId,
          firstSlot(now),
          slotOf(now.toISOString()),
        )) {
          const name = JSON.stringify([sourceId, keyId])
          const sum = hours.get(name) ?? emptyArrivals()
          addArrivals(sum, JSON.parse(counts))
          hours.set(name, sum)
        }
        return listSeen.all(tenantId).map((row): SeenSender => {
          const { sourceId, keyId, lastUsedAt, lastSeenAt, counts } = row
          const lastHour = hours.get(JSON.stringify([sourceId, keyId])) ?? emptyArrivals()
          const times = { lastUsedAt, ...(lastSeenAt !== null && { lastSeenAt }) }
          return { tenantId, sourceId, keyId, ...times, total: JSON.parse(counts), lastHour }
        })
      })
    },

    [Symbol.dispose]: flushQuietly,
  }
}
