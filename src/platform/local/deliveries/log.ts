import { setImmediate } from 'node:timers/promises'
import type { DeliveryEntry, DeliveryLog, DeliveryStatus } from '../../delivery-log'
import { PAGE_BYTES } from '../../event-store'
import type { TokenSigner } from '../../token-signer'
import { guarded } from '../database'
import { PAGE } from './aside'
import type { Core } from './core'
import {
  anewColumns,
  BLOCKED,
  type DeliveryRow,
  deliveryColumns,
  deliveryOf,
  type Table,
  tables,
} from './rows'
import type { Whose } from './statements'
import { triesOf } from './tries'

type Log = Omit<DeliveryLog, 'skip' | 'figures'>

type EntryRow = DeliveryRow & {
  tries: string | null
  due_at?: number
  ended_at?: string
  reason?: string
}

/** An entry stands in the list where this says, whatever table it is in. */
type Place = { enqueued_at: string; seq: number; delivery_id: string }
type Found = Place & { rowid: number; table: Table }

const statusOf = {
  deliveries: 'pending',
  parked_deliveries: 'held',
  dead_deliveries: 'failed',
  delivered_deliveries: 'delivered',
} as const satisfies Record<Table, DeliveryStatus>

const more = {
  deliveries: ', due_at',
  parked_deliveries: '',
  dead_deliveries: ', reason, buried_at AS ended_at',
  delivered_deliveries: ', ended_at',
} as const satisfies Record<Table, string>

// Counting so many takes a millisecond or two, for which all other work waits.
const MAX_COUNTED = 50_000

const LAST = '\uffff'

/** Answers what became of deliveries, from all tables. @param tokens signs the cursors of lists */
export function createDeliveryLog(core: Core, tokens: TokenSigner): Log {
  const { db, now, changed, lanes } = core
  const ofWebhook = 'tenant_id = ? AND webhook_id = ?'
  const each = <T>(make: (table: Table) => T) =>
    Object.fromEntries(tables.map((table) => [table, make(table)])) as Record<Table, T>
  const entryColumns = `${deliveryColumns}, tries`

  const places = each((table) =>
    db.query<
      Place & { rowid: number },
      [string, string, string, string, string, string, number, string, number]
    >(
      `SELECT rowid, enqueued_at, seq, delivery_id FROM ${table}
       WHERE ${ofWebhook} AND enqueued_at >= ? AND enqueued_at <= ? AND +enqueued_at < ?
         AND (enqueued_at, seq, delivery_id) < (?, ?, ?)
       ORDER BY enqueued_at DESC, seq DESC, delivery_id DESC LIMIT ?`,
    ),
  )
  const byRow = each((table) =>
    db.query<EntryRow, [number]>(
      `SELECT ${entryColumns}${more[table]} FROM ${table} WHERE rowid = ?`,
    ),
  )
  const byId = each((table) =>
    db.query<EntryRow, [string, string, string]>(
      `SELECT ${entryColumns}${more[table]} FROM ${table} WHERE ${ofWebhook} AND delivery_id = ?`,
    ),
  )
  const counts = each((table) =>
    db.query<{ count: number }, [string, string]>(
      `SELECT count(*) AS count FROM (
         SELECT 1 FROM ${table} WHERE ${ofWebhook} LIMIT ${MAX_COUNTED + 1})`,
    ),
  )
  const oldest = each((table) =>
    db.query<{ at: string | null }, [string, string]>(
      `SELECT min(enqueued_at) AS at FROM ${table} WHERE ${ofWebhook}`,
    ),
  )
  type Failed = { delivery_id: string; lane: string | null }
  const failed = db.query<Failed, [string, string, string]>(
    `SELECT delivery_id, lane FROM dead_deliveries WHERE ${ofWebhook} AND delivery_id = ?`,
  )
  const failedSince = db.query<Failed, [string, string, string, string, number]>(
    `SELECT delivery_id, lane FROM dead_deliveries
     WHERE ${ofWebhook} AND enqueued_at >= ? AND buried_at < ?
     ORDER BY enqueued_at, seq LIMIT ?`,
  )
  const putBack = db.query<null, { deliveryId: string; dueAt: number; now: number }>(
    `INSERT OR IGNORE INTO deliveries (${deliveryColumns}, tries, due_at, noted_at)
     SELECT ${anewColumns}, tries, $dueAt, $now FROM dead_deliveries WHERE delivery_id = $deliveryId`,
  )
  const unbury = db.query<null, [string]>('DELETE FROM dead_deliveries WHERE delivery_id = ?')

  const putBackAll = db.transaction((whose: Whose, rows: readonly Failed[]) => {
    const at = now()
    for (const { delivery_id: deliveryId, lane } of rows) {
      putBack.run({ deliveryId, dueAt: at + (lane === null ? 0 : BLOCKED), now: at })
      unbury.run(deliveryId)
    }
    for (const lane of new Set(rows.map((row) => row.lane))) lanes.settle(whose, lane)
  })

  function again(tenantId: string, webhookId: string, find: () => Failed[]): number {
    const whose = { tenant_id: tenantId, webhook_id: webhookId }
    const rows = guarded('sending deliveries again', () => {
      const found = find()
      if (found.length > 0) putBackAll.immediate(whose, found)
      return found
    })
    if (rows.length > 0) changed(whose)
    return rows.length
  }

  function entryOf(table: Table, row: EntryRow): DeliveryEntry {
    const { due_at, ended_at, reason } = row
    return {
      ...deliveryOf(row),
      status: statusOf[table],
      tries: triesOf(row.tries),
      ...(due_at !== undefined &&
        due_at < BLOCKED && { nextAttemptAt: new Date(due_at).toISOString() }),
      ...(ended_at !== undefined && { endedAt: ended_at }),
      ...(reason !== undefined && { reason }),
    }
  }

  return {
    async list(tenantId, webhookId, page) {
      const { limit, cursor, status, from = '', to = LAST, maxBytes = PAGE_BYTES } = page
      const question = JSON.stringify(['deliveries', tenantId, webhookId, status, from, to])
      const after = cursor === undefined ? [LAST, 0, ''] : tokens.read<unknown[]>(cursor, question)
      const [at, seq, id] = after as [string, number, string]
      const upTo = [at, to].sort()[0]!
      return guarded('listing deliveries', () => {
        const found: Found[] = tables
          .filter((table) => status === undefined || statusOf[table] === status)
          .flatMap((table) =>
            places[table]
              .all(tenantId, webhookId, from, upTo, to, at, seq, id, limit + 1)
              .map((place) => ({ ...place, table })),
          )
          .sort(later)
        const items: DeliveryEntry[] = []
        let bytes = 0
        for (const { table, rowid } of found) {
          if (items.length === limit || bytes >= maxBytes) break
          const row = byRow[table].get(rowid)!
          bytes += row.event_ids.length + (row.tries?.length ?? 0)
          items.push(entryOf(table, row))
        }
        if (items.length === found.length) return { items }
        const { enqueued_at, seq: last, delivery_id } = found[items.length - 1]!
        return { items, nextCursor: tokens.issue([enqueued_at, last, delivery_id], question) }
      })
    },

    async find(tenantId, webhookId, deliveryId) {
      return guarded('reading a delivery', () => {
        for (const table of tables) {
          const row = byId[table].get(tenantId, webhookId, deliveryId)
          if (row !== null) return entryOf(table, row)
        }
        return undefined
      })
    },

    async again(tenantId, webhookId, deliveryId) {
      return again(tenantId, webhookId, () => failed.all(tenantId, webhookId, deliveryId)) > 0
    },

    async againAll(tenantId, webhookId, limit, since = '', endedBefore = LAST) {
      let count = 0
      while (count < limit) {
        const page = Math.min(PAGE, limit - count)
        const moved = again(tenantId, webhookId, () =>
          failedSince.all(tenantId, webhookId, since, endedBefore, page),
        )
        count += moved
        if (moved < page) break
        await setImmediate()
      }
      return count
    },

    async backlog(tenantId, webhookId) {
      return guarded('counting deliveries', () => {
        const countOf = (table: Table) => counts[table].get(tenantId, webhookId)!.count
        const [pending, held, dead] = [
          countOf('deliveries'),
          countOf('parked_deliveries'),
          countOf('dead_deliveries'),
        ]
        const [oldestAt] = (['deliveries', 'parked_deliveries'] as const)
          .flatMap((table) => oldest[table].get(tenantId, webhookId)!.at ?? [])
          .sort()
        const most = (count: number) => Math.min(count, MAX_COUNTED)
        return {
          ...{ pending: most(pending), held: most(held), failed: most(dead) },
          ...(oldestAt !== undefined && { oldestAt }),
          isExact: Math.max(pending, held, dead) <= MAX_COUNTED,
        }
      })
    },
  }
}

/** Sorts the latest first; times and ids are compared as SQLite does, by their code points. */
function later(a: Place, b: Place): number {
  if (a.enqueued_at !== b.enqueued_at) return a.enqueued_at < b.enqueued_at ? 1 : -1
  if (a.seq !== b.seq) return b.seq - a.seq
  return a.delivery_id < b.delivery_id ? 1 : -1
}
