import type { Database } from 'bun:sqlite'
import type { DeadDelivery, Delivery } from '../../delivery-queue'

/**
 * A delivery that waits for another of its lane has so much added to `due_at`: it sorts behind all
 * that could be due, and its own time is found again. Dates are below it for 35,000 years.
 */
export const BLOCKED = 2 ** 50

/** All four tables have these columns, and keep them when a delivery moves. */
const common = `
    delivery_id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    event_ids TEXT NOT NULL,
    enqueued_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_failure TEXT`

const added = `
    seq INTEGER NOT NULL DEFAULT 0,
    lane TEXT,
    more TEXT,
    tries TEXT`

/**
 * `due_at` (ms) says when a delivery may be taken; who has taken one is in memory alone (`leases.ts`).
 * `noted_at` (ms) is when `due_at` was said. `taken` is of versions that wrote leases down. `seq` is
 * the order in which deliveries were enqueued, `more` what few have (JSON), `tries` the attempts
 * (`tries.ts`). Parked, dead and delivered ones are in tables of their own: a look for work does not
 * come by them.
 */
export const deliveryQueueSchema = `
  CREATE TABLE IF NOT EXISTS deliveries (${common},
    due_at INTEGER NOT NULL,
    noted_at INTEGER NOT NULL DEFAULT 0,
    taken INTEGER NOT NULL DEFAULT 0,${added}
  ) STRICT;
  CREATE TABLE IF NOT EXISTS parked_deliveries (${common},
    parked_at TEXT NOT NULL,${added}
  ) STRICT;
  CREATE TABLE IF NOT EXISTS dead_deliveries (${common},
    reason TEXT NOT NULL,
    buried_at TEXT NOT NULL,${added}
  ) STRICT;
`

// It may need columns that `adoptFormerTables` adds. The last index tells that all is there.
const rest = `
  CREATE TABLE IF NOT EXISTS delivered_deliveries (${common},
    ended_at TEXT NOT NULL,${added}
  ) STRICT;
  CREATE TABLE IF NOT EXISTS delivery_sequence (last INTEGER NOT NULL) STRICT;
  INSERT INTO delivery_sequence SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM delivery_sequence);
  CREATE TABLE IF NOT EXISTS delivery_figures (
    tenant_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    hour TEXT NOT NULL,
    succeeded INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    latency TEXT NOT NULL,
    PRIMARY KEY (tenant_id, webhook_id, hour)
  ) STRICT, WITHOUT ROWID;
  DROP INDEX IF EXISTS deliveries_of_webhook;
  DROP INDEX IF EXISTS parked_of_webhook;
  CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (tenant_id, webhook_id, due_at);
  CREATE INDEX IF NOT EXISTS deliveries_of_lane
    ON deliveries (tenant_id, webhook_id, lane, seq) WHERE lane IS NOT NULL;
  CREATE INDEX IF NOT EXISTS deliveries_first_of_lane
    ON deliveries (tenant_id, webhook_id, lane) WHERE lane IS NOT NULL AND due_at < ${BLOCKED};
  CREATE INDEX IF NOT EXISTS parked_by_age ON parked_deliveries (parked_at);
  CREATE INDEX IF NOT EXISTS dead_of_webhook ON dead_deliveries (tenant_id, webhook_id, buried_at);
  CREATE INDEX IF NOT EXISTS dead_by_age ON dead_deliveries (buried_at);
  CREATE INDEX IF NOT EXISTS delivered_of_tenant ON delivered_deliveries (tenant_id);
  CREATE INDEX IF NOT EXISTS delivery_figures_by_age ON delivery_figures (hour);
  CREATE INDEX IF NOT EXISTS deliveries_listed
    ON deliveries (tenant_id, webhook_id, enqueued_at, seq);
  CREATE INDEX IF NOT EXISTS parked_listed
    ON parked_deliveries (tenant_id, webhook_id, enqueued_at, seq);
  CREATE INDEX IF NOT EXISTS dead_listed
    ON dead_deliveries (tenant_id, webhook_id, enqueued_at, seq);
  CREATE INDEX IF NOT EXISTS delivered_listed
    ON delivered_deliveries (tenant_id, webhook_id, enqueued_at, seq);
`

export const tables = [
  'deliveries',
  'parked_deliveries',
  'dead_deliveries',
  'delivered_deliveries',
] as const
export type Table = (typeof tables)[number]

/**
 * Adds what queues of earlier versions do not have, all or nothing: those of version 0.1.0 knew only
 * when a delivery is due, and those before webhooks had a log knew neither order nor attempts.
 */
export function adoptFormerTables(db: Database) {
  const last = db.query<null, []>("SELECT 1 FROM sqlite_master WHERE name = 'delivered_listed'")
  if (last.get() !== null) return
  db.transaction(() => {
    for (const table of ['deliveries', 'parked_deliveries', 'dead_deliveries']) {
      const columns = db.query<{ name: string }, []>(`PRAGMA table_info(${table})`).all()
      const has = (column: string) => columns.some(({ name }) => name === column)
      if (table === 'deliveries' && !has('noted_at'))
        db.run('ALTER TABLE deliveries ADD COLUMN noted_at INTEGER NOT NULL DEFAULT 0')
      for (const column of added.split(',')) {
        const [name] = column.trim().split(' ')
        if (!has(name!)) db.run(`ALTER TABLE ${table} ADD COLUMN ${column}`)
      }
    }
    db.run(rest)
  }).immediate()
}

export type DeliveryRow = {
  delivery_id: string
  tenant_id: string
  webhook_id: string
  event_ids: string
  enqueued_at: string
  attempts: number
  last_failure: string | null
  lane: string | null
  more: string | null
}
export type DeadDeliveryRow = DeliveryRow & { reason: string; buried_at: string }

const what = 'delivery_id, tenant_id, webhook_id, event_ids, enqueued_at'

/** All four tables have these columns, without `tries`. */
export const deliveryColumns = `${what}, attempts, last_failure, seq, lane, more`

/** The same for one that begins anew. */
export const anewColumns = `${what}, 0, NULL, seq, lane, more`

export function moreOf({ notice, archived }: Delivery): string | null {
  return notice || archived ? JSON.stringify({ notice, archived }) : null
}

export function deliveryOf(row: DeliveryRow): Delivery {
  return {
    deliveryId: row.delivery_id,
    tenantId: row.tenant_id,
    webhookId: row.webhook_id,
    eventIds: JSON.parse(row.event_ids),
    enqueuedAt: row.enqueued_at,
    attempts: row.attempts,
    ...(row.last_failure === null ? {} : { lastFailure: row.last_failure }),
    ...(row.lane === null ? {} : { lane: row.lane }),
    ...(row.more === null ? {} : (JSON.parse(row.more) as Pick<Delivery, 'notice' | 'archived'>)),
  }
}

export function deadDeliveryOf(row: DeadDeliveryRow): DeadDelivery {
  return { ...deliveryOf(row), reason: row.reason, buriedAt: row.buried_at }
}
