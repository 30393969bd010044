import type { Database } from 'bun:sqlite'
import { bucketOf } from '../../../syntax/latency'
import type { AttemptFigures } from '../../delivery-log'
import type { AttemptRecord } from '../../delivery-queue'
import { guarded } from '../database'
import type { Whose } from './statements'

/** One attempt that is to be counted. */
export interface Note {
  whose: Whose
  attempt: AttemptRecord
  isWell: boolean
}

type Hour = Whose & { hour: string; succeeded: number; failed: number; latency: Buckets }
type Buckets = Record<number, number>
type HourRow = Omit<Hour, 'latency'> & { latency: string }

// A process that is killed loses the figures of this time, ms; written with each delivery, they would
// be a tenth of what it costs.
const STORE_AFTER = 1000

// An hour is told by the beginning of a time: `2026-03-02T08`.
const hourOf = (time: string) => time.slice(0, 13)

/** Counts attempts by the hour. What is not on disk yet is in memory, and told all the same. */
export function createFigures(db: Database, relaxed: <T>(work: () => T) => T) {
  let pending = new Map<string, Hour>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const read = db.query<HourRow, [string, string, string]>(
    'SELECT * FROM delivery_figures WHERE tenant_id = ? AND webhook_id = ? AND hour = ?',
  )
  const readFrom = db.query<HourRow, [string, string, string]>(
    'SELECT * FROM delivery_figures WHERE tenant_id = ? AND webhook_id = ? AND hour >= ?',
  )
  const put = db.query<null, HourRow>(
    `INSERT OR REPLACE INTO delivery_figures
     VALUES ($tenant_id, $webhook_id, $hour, $succeeded, $failed, $latency)`,
  )
  const forget = db.query<null, [string, string]>(
    'DELETE FROM delivery_figures WHERE tenant_id = ? AND webhook_id = ?',
  )

  const storeAll = db.transaction(() => {
    for (const { latency, ...rest } of pending.values()) {
      const before = read.get(rest.tenant_id, rest.webhook_id, rest.hour)
      put.run({
        ...rest,
        succeeded: rest.succeeded + (before?.succeeded ?? 0),
        failed: rest.failed + (before?.failed ?? 0),
        latency: JSON.stringify(added(before ? JSON.parse(before.latency) : {}, latency)),
      })
    }
  })

  /** Writes what is in memory. @throws {StorageError} it is in memory still */
  function store() {
    clearTimeout(timer)
    timer = undefined
    if (pending.size === 0) return
    guarded('writing figures of deliveries', () => relaxed(() => storeAll.immediate()))
    pending = new Map()
  }

  function storeLater() {
    timer = setTimeout(() => {
      try {
        store()
      } catch {
        storeLater()
      }
    }, STORE_AFTER)
    timer.unref()
  }

  return {
    store,

    note({ whose: { tenant_id, webhook_id }, attempt, isWell }: Note) {
      const hour = hourOf(attempt.at)
      const key = `${tenant_id}\n${webhook_id}\n${hour}`
      let counted = pending.get(key)
      if (counted === undefined) {
        counted = { tenant_id, webhook_id, hour, succeeded: 0, failed: 0, latency: {} }
        pending.set(key, counted)
      }
      if (isWell) counted.succeeded += 1
      else counted.failed += 1
      const bucket = bucketOf(attempt.latencyMs)
      counted.latency[bucket] = (counted.latency[bucket] ?? 0) + 1
      if (timer === undefined) storeLater()
    },

    forget(tenantId: string, webhookId: string) {
      for (const [key, { tenant_id, webhook_id }] of pending) {
        if (tenant_id === tenantId && webhook_id === webhookId) pending.delete(key)
      }
      forget.run(tenantId, webhookId)
    },

    since(tenantId: string, webhookId: string, since: string): AttemptFigures {
      const from = hourOf(since)
      const stored = readFrom
        .all(tenantId, webhookId, from)
        .map((row): Hour => ({ ...row, latency: JSON.parse(row.latency) }))
      const recent = [...pending.values()].filter(
        (one) => one.tenant_id === tenantId && one.webhook_id === webhookId && one.hour >= from,
      )
      let [succeeded, failed, latency] = [0, 0, {} as Buckets]
      for (const hour of [...stored, ...recent]) {
        succeeded += hour.succeeded
        failed += hour.failed
        latency = added(latency, hour.latency)
      }
      return { succeeded, failed, latency }
    },
  }
}

export type Figures = ReturnType<typeof createFigures>

function added(to: Buckets, more: Buckets): Buckets {
  for (const [bucket, count] of Object.entries(more)) {
    to[Number(bucket)] = (to[Number(bucket)] ?? 0) + count
  }
  return to
}
