import type { Database } from 'bun:sqlite'
import type { Clock } from '../clock'
import type { Delivery, DeliveryQueue } from '../delivery-queue'
import { guarded } from './database'
import {
  type DeadDeliveryRow,
  type DeliveryRow,
  deadDeliveryOf,
  deliveryColumns,
  deliveryOf,
} from './delivery-rows'

export { deliveryQueueSchema } from './delivery-rows'

/**
 * The queue in a database opened by `openDatabase` with `deliveryQueueSchema`, for the one process
 * that has the data directory: what an earlier one had taken when it died is due at once. No one may
 * hold a transaction open on the same connection across an `await`.
 * @throws {StorageError}
 */
export function createDeliveryQueue(db: Database, clock: Clock): DeliveryQueue {
  const add = db.query(
    `INSERT OR IGNORE INTO deliveries (${deliveryColumns}, due_at, noted_at)
     VALUES ($deliveryId, $tenantId, $webhookId, $eventIds, $enqueuedAt, $attempts, $lastFailure, $dueAt, $notedAt)`,
  )
  const unbury = db.query('DELETE FROM dead_deliveries WHERE delivery_id = ?')
  const anyDue = db.query('SELECT 1 FROM deliveries WHERE due_at <= ? LIMIT 1')
  // One step of an index for each webhook that has deliveries, however many each has.
  const nextWebhook = db.query<{ webhook_id: string; due_at: number }, [string]>(
    `SELECT webhook_id, due_at FROM deliveries WHERE webhook_id > ?
     ORDER BY webhook_id, due_at LIMIT 1`,
  )
  const lease = db.query<
    DeliveryRow,
    { webhookId: string; now: number; limit: number; until: number }
  >(
    `UPDATE deliveries SET taken = 1, due_at = $until WHERE delivery_id IN (
       SELECT delivery_id FROM deliveries WHERE webhook_id = $webhookId AND due_at <= $now
       ORDER BY due_at LIMIT $limit)
     RETURNING ${deliveryColumns}`,
  )
  const giveBack = db.query(
    `UPDATE deliveries SET taken = 0, attempts = attempts + 1, due_at = $dueAt, noted_at = $notedAt,
       last_failure = $reason
     WHERE delivery_id = $deliveryId`,
  )
  const forget = db.query('DELETE FROM deliveries WHERE delivery_id = ?')
  const setAside = db.query(
    `INSERT OR REPLACE INTO dead_deliveries (${deliveryColumns}, reason, buried_at)
     SELECT ${deliveryColumns}, $reason, $buriedAt FROM deliveries WHERE delivery_id = $deliveryId`,
  )
  const dead = db.query<DeadDeliveryRow, [string, string, number]>(
    `SELECT ${deliveryColumns}, reason, buried_at FROM dead_deliveries
     WHERE tenant_id = ? AND webhook_id = ? ORDER BY buried_at DESC, rowid DESC LIMIT ?`,
  )
  const count = db.query<{ waiting: number; inFlight: number; dead: number }, [number, number]>(
    `SELECT count(*) FILTER (WHERE NOT (taken AND due_at > ?)) AS waiting,
            count(*) FILTER (WHERE taken AND due_at > ?) AS inFlight,
            (SELECT count(*) FROM dead_deliveries) AS dead
     FROM deliveries`,
  )

  // Setting the clock back makes nothing late: while we run, time only grows.
  const opened = { wall: clock.now().getTime(), steady: clock.monotonic() }
  const now = () => Math.floor(opened.wall + clock.monotonic() - opened.steady)
  guarded('opening the delivery queue', () => addNotedAt(db))
  const release = db.query('UPDATE deliveries SET taken = 0, due_at = $now WHERE taken = 1')
  const setBack = db.query(
    'UPDATE deliveries SET due_at = due_at - noted_at + $opened, noted_at = $opened WHERE noted_at > $now',
  )
  let isResumed = false

  /** Takes over what another process left. Not at the start, which a full disk must not prevent. */
  const resume = db.transaction(() => {
    release.run({ now: now() })
    // The clock was set back while we did not run: what waits has as long to wait as it was told to.
    setBack.run({ opened: opened.wall, now: now() })
  })

  function webhooksDue(at: number) {
    const due: { webhookId: string; since: number }[] = []
    let next = nextWebhook.get('')
    while (next) {
      if (next.due_at <= at) due.push({ webhookId: next.webhook_id, since: next.due_at })
      next = nextWebhook.get(next.webhook_id)
    }
    return due.sort((a, b) => a.since - b.since)
  }

  /**
   * Commits without fsync (in WAL mode `NORMAL` syncs at checkpoints only). For steps that a power
   * cut may undo, since all that follows is one more delivery of the same id.
   */
  function relaxed<T>(work: () => T): T {
    db.run('PRAGMA synchronous = NORMAL')
    try {
      return work()
    } finally {
      db.run('PRAGMA synchronous = FULL')
    }
  }

  const enqueueAll = db.transaction((deliveries: readonly Delivery[], delayMs: number) => {
    const notedAt = now()
    const dueAt = notedAt + delayMs
    for (const { eventIds, lastFailure = null, ...rest } of deliveries) {
      unbury.run(rest.deliveryId)
      add.run({ ...rest, eventIds: JSON.stringify(eventIds), lastFailure, dueAt, notedAt })
    }
  })

  const takeDue = db.transaction((limit: number, leaseMs: number, room: (id: string) => number) => {
    const at = now()
    const taken: Delivery[] = []
    for (const { webhookId } of webhooksDue(at)) {
      const places = Math.min(limit - taken.length, room(webhookId))
      if (places <= 0) continue
      const rows = lease.all({ webhookId, now: at, limit: places, until: at + leaseMs })
      taken.push(...rows.map(deliveryOf))
    }
    return taken
  })

  const buryOne = db.transaction((deliveryId: string, reason: string) => {
    setAside.run({ deliveryId, reason, buriedAt: clock.now().toISOString() })
    forget.run(deliveryId)
  })

  return {
    async enqueue(deliveries, delayMs = 0) {
      if (deliveries.length === 0) return
      guarded('enqueueing deliveries', () => enqueueAll.immediate(deliveries, delayMs))
    },

    async take(limit, leaseMs, room = () => limit) {
      return guarded('taking deliveries', () => {
        if (!isResumed) resume.immediate()
        isResumed = true
        if (!anyDue.get(now())) return []
        return relaxed(() => takeDue.immediate(limit, leaseMs, room))
      })
    },

    async done(deliveryId) {
      guarded('finishing a delivery', () => relaxed(() => forget.run(deliveryId)))
    },

    async retry(deliveryId, delayMs, reason) {
      const notedAt = now()
      const dueAt = notedAt + delayMs
      guarded('retrying a delivery', () =>
        relaxed(() => giveBack.run({ deliveryId, dueAt, notedAt, reason })),
      )
    },

    async bury(deliveryId, reason) {
      guarded('burying a delivery', () => buryOne.immediate(deliveryId, reason))
    },

    async listDead(tenantId, webhookId, limit) {
      const rows = guarded('listing deliveries', () => dead.all(tenantId, webhookId, limit))
      return rows.map(deadDeliveryOf)
    },

    async stats() {
      const at = now()
      return guarded('counting deliveries', () => count.get(at, at)!)
    },
  }
}

/** Queues of version 0.1.0 knew only when a delivery is due. */
function addNotedAt(db: Database) {
  const columns = db.query<{ name: string }, []>('PRAGMA table_info(deliveries)').all()
  if (!columns.some(({ name }) => name === 'noted_at'))
    db.run('ALTER TABLE deliveries ADD COLUMN noted_at INTEGER NOT NULL DEFAULT 0')
}
