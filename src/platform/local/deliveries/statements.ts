import type { Database } from 'bun:sqlite'
import type { DeliveryQueue } from '../../delivery-queue'
import { type DeliveryRow, deliveryColumns } from './rows'

export type Whose = { tenant_id: string; webhook_id: string }

type Counts = Awaited<ReturnType<DeliveryQueue['stats']>>

const ofWebhook = 'tenant_id = ? AND webhook_id = ?'

/** Prepares the statements of waiting deliveries; `aside.ts` has those of the others. */
export function prepare(db: Database) {
  const allDue = db.query<Whose & { due_at: number }, []>(
    'SELECT tenant_id, webhook_id, min(due_at) AS due_at FROM deliveries GROUP BY tenant_id, webhook_id',
  )
  const firstDue = db.query<{ rowid: number; due_at: number }, [string, string, number]>(
    `SELECT rowid, due_at FROM deliveries WHERE ${ofWebhook} ORDER BY due_at LIMIT ?`,
  )
  const read = db.query<DeliveryRow & { is_new: number }, [number]>(
    `SELECT ${deliveryColumns}, tries IS NULL AS is_new FROM deliveries WHERE rowid = ?`,
  )
  const count = db.query<Counts, []>(
    `SELECT count(*) AS waiting, 0 AS inFlight,
            (SELECT count(*) FROM parked_deliveries) AS parked,
            (SELECT count(*) FROM dead_deliveries) AS dead
     FROM deliveries`,
  )
  type Moment = { tenantId: string; webhookId: string; now: number }
  // A delivery that is due already needs neither, so that a backlog is not looked through.
  const later = 'tenant_id = $tenantId AND webhook_id = $webhookId AND due_at > $now'
  const release = db.query<null, Moment>(
    `UPDATE deliveries SET taken = 0, due_at = $now WHERE ${later} AND taken = 1`,
  )
  const setBack = db.query<null, Moment & { opened: number }>(
    `UPDATE deliveries SET due_at = due_at - noted_at + $opened, noted_at = $opened
     WHERE ${later} AND noted_at > $now`,
  )
  // It changes nothing, and fails where nothing can be written.
  const probe = db.query('UPDATE delivery_sequence SET last = last')
  return { allDue, firstDue, read, count, release, setBack, probe }
}
