import type { DeadDelivery, Delivery } from '../../delivery-queue'

/**
 * `due_at` (ms) says when a delivery may be taken; taking moves it to the end of the lease, so that
 * a delivery that is never given back falls due again by itself. `noted_at` (ms) is when `due_at`
 * was said. `taken` only tells the two apart for `stats`. Parked and dead deliveries are in tables
 * of their own: a look for work does not come by them.
 */
export const deliveryQueueSchema = `
  CREATE TABLE IF NOT EXISTS deliveries (
    delivery_id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    event_ids TEXT NOT NULL,
    enqueued_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_failure TEXT,
    due_at INTEGER NOT NULL,
    noted_at INTEGER NOT NULL DEFAULT 0,
    taken INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS deliveries_of_webhook ON deliveries (webhook_id, due_at);
  CREATE TABLE IF NOT EXISTS parked_deliveries (
    delivery_id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    event_ids TEXT NOT NULL,
    enqueued_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_failure TEXT,
    parked_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS parked_of_webhook ON parked_deliveries (tenant_id, webhook_id);
  CREATE INDEX IF NOT EXISTS parked_by_age ON parked_deliveries (parked_at);
  CREATE TABLE IF NOT EXISTS dead_deliveries (
    delivery_id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    event_ids TEXT NOT NULL,
    enqueued_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_failure TEXT,
    reason TEXT NOT NULL,
    buried_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS dead_of_webhook ON dead_deliveries (tenant_id, webhook_id, buried_at);
  CREATE INDEX IF NOT EXISTS dead_by_age ON dead_deliveries (buried_at);
`

export type DeliveryRow = {
  delivery_id: string
  tenant_id: string
  webhook_id: string
  event_ids: string
  enqueued_at: string
  attempts: number
  last_failure: string | null
}
export type DeadDeliveryRow = DeliveryRow & { reason: string; buried_at: string }

/** All three tables have these columns. */
export const deliveryColumns =
  'delivery_id, tenant_id, webhook_id, event_ids, enqueued_at, attempts, last_failure'

export function deliveryOf(row: DeliveryRow): Delivery {
  return {
    deliveryId: row.delivery_id,
    tenantId: row.tenant_id,
    webhookId: row.webhook_id,
    eventIds: JSON.parse(row.event_ids),
    enqueuedAt: row.enqueued_at,
    attempts: row.attempts,
    ...(row.last_failure === null ? {} : { lastFailure: row.last_failure }),
  }
}

export function deadDeliveryOf(row: DeadDeliveryRow): DeadDelivery {
  return { ...deliveryOf(row), reason: row.reason, buriedAt: row.buried_at }
}
