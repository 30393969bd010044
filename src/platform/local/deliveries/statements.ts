import type { Database } from 'bun:sqlite'
import type { DeliveryQueue } from '../../delivery-queue'
import { type DeliveryRow, deliveryColumns } from './rows'

export type Whose = { tenant_id: string; webhook_id: string }

type Counts = Awaited<ReturnType<DeliveryQueue['stats']>>

/** Prepares the statements of waiting and taken deliveries; `aside.ts` has those of the others. */
export function prepare(db: Database) {
  const add = db.query(
    `INSERT OR IGNORE INTO deliveries (${deliveryColumns}, due_at, noted_at)
     SELECT $deliveryId, $tenantId, $webhookId, $eventIds, $enqueuedAt, $attempts, $lastFailure,
       $dueAt, $notedAt
     WHERE NOT EXISTS (SELECT 1 FROM parked_deliveries WHERE delivery_id = $deliveryId)`,
  )
  const unbury = db.query('DELETE FROM dead_deliveries WHERE delivery_id = ?')
  const nextDue = db.query<{ due_at: number }, [string, string]>(
    `SELECT due_at FROM deliveries WHERE webhook_id = ? AND tenant_id = ? ORDER BY due_at LIMIT 1`,
  )
  const allDue = db.query<{ tenant_id: string; webhook_id: string; due_at: number }, []>(
    'SELECT tenant_id, webhook_id, min(due_at) AS due_at FROM deliveries GROUP BY webhook_id, tenant_id',
  )
  const lease = db.query<
    DeliveryRow,
    { tenantId: string; webhookId: string; now: number; until: number }
  >(
    `UPDATE deliveries SET taken = 1, due_at = $until WHERE delivery_id = (
       SELECT delivery_id FROM deliveries
       WHERE webhook_id = $webhookId AND tenant_id = $tenantId AND due_at <= $now
       ORDER BY due_at LIMIT 1)
     RETURNING ${deliveryColumns}`,
  )
  const giveBack = db.query<
    Whose,
    { deliveryId: string; dueAt: number; notedAt: number; reason: string }
  >(
    `UPDATE deliveries SET taken = 0, attempts = attempts + 1, due_at = $dueAt, noted_at = $notedAt,
       last_failure = $reason
     WHERE delivery_id = $deliveryId RETURNING tenant_id, webhook_id`,
  )
  const forget = db.query<Whose, [string]>(
    'DELETE FROM deliveries WHERE delivery_id = ? RETURNING tenant_id, webhook_id',
  )
  const forgetParked = db.query('DELETE FROM parked_deliveries WHERE delivery_id = ?')
  const count = db.query<Counts, [number, number]>(
    `SELECT count(*) FILTER (WHERE NOT (taken AND due_at > ?)) AS waiting,
            count(*) FILTER (WHERE taken AND due_at > ?) AS inFlight,
            (SELECT count(*) FROM parked_deliveries) AS parked,
            (SELECT count(*) FROM dead_deliveries) AS dead
     FROM deliveries`,
  )
  const release = db.query('UPDATE deliveries SET taken = 0, due_at = $now WHERE taken = 1')
  const setBack = db.query(
    `UPDATE deliveries SET due_at = due_at - noted_at + $opened, noted_at = $opened
     WHERE noted_at > $now`,
  )
  return {
    release,
    setBack,
    add,
    unbury,
    nextDue,
    allDue,
    lease,
    giveBack,
    forget,
    forgetParked,
    count,
  }
}
