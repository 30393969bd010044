import { setImmediate } from 'node:timers/promises'
import type { Erased } from '../../erasure'
import { guarded } from '../database'
import type { Core } from './core'
import type { DeliveryRow, Table } from './rows'
import { withoutAnswers } from './tries'

type Seen = Pick<DeliveryRow, 'delivery_id' | 'tenant_id' | 'webhook_id' | 'event_ids' | 'lane'> & {
  rowid: number
  tries: string | null
}

// Deliveries of a hundred ids each take some milliseconds to parse; others have the thread in
// between.
const PAGE = 100

/** Removes ids from all deliveries that are held now, in one transaction a page. */
export async function eraseFromDeliveries(
  { db, changed, lanes, leases }: Core,
  tenantId: string,
  { eventIds, isDryRun = false }: { eventIds: readonly string[]; isDryRun?: boolean | undefined },
): Promise<Erased> {
  const gone = new Set(eventIds)
  let removed = 0
  for (const table of isDryRun ? new Set(inOrder) : inOrder) {
    const last = guarded(WHAT, () =>
      db.query<{ rowid: number }, []>(`SELECT max(rowid) AS rowid FROM ${table}`).get(),
    )
    for (let at = 0; at < (last?.rowid ?? 0); ) {
      const page = guarded(WHAT, () => erasePage(table, at))
      if (page.rows.length === 0) break
      at = page.rows.at(-1)!.rowid
      removed += page.touched.length
      if (table === 'deliveries' && !isDryRun) for (const row of page.touched) changed(row)
      await setImmediate()
    }
  }
  return { removed }

  function erasePage(table: Table, at: number) {
    const select = db.query<Seen, [number]>(
      `SELECT rowid, delivery_id, tenant_id, webhook_id, event_ids, lane, tries FROM ${table}
       WHERE rowid > ? ORDER BY rowid LIMIT ${PAGE}`,
    )
    const forget = db.query<never, [number]>(`DELETE FROM ${table} WHERE rowid = ?`)
    const shorten = db.query<never, [string, string | null, number]>(
      `UPDATE ${table} SET event_ids = ?, tries = ? WHERE rowid = ?`,
    )
    return db
      .transaction(() => {
        const rows = select.all(at)
        const touched: Seen[] = []
        for (const row of rows) {
          if (row.tenant_id !== tenantId) continue
          const named = JSON.parse(row.event_ids) as string[]
          const left = named.filter((id) => !gone.has(id))
          if (left.length === named.length) continue
          touched.push(row)
          if (isDryRun) continue
          const lease = leases.get(row.delivery_id)
          if (lease !== undefined) lease.isErased = true
          if (left.length > 0) {
            shorten.run(JSON.stringify(left), withoutAnswers(row.tries), row.rowid)
            continue
          }
          forget.run(row.rowid)
          if (table !== 'deliveries') continue
          leases.end(row.delivery_id)
          lanes.settle(row, row.lane)
        }
        return { rows, touched }
      })
      .immediate()
  }
}

// A delivery moves to a table that is looked at after the one it was in: a parked one that is
// released to the waiting ones, one of these to all others. Failed ones that are sent again wait
// until this is over.
const inOrder = [
  ...(['dead_deliveries', 'parked_deliveries', 'deliveries'] as const),
  ...(['parked_deliveries', 'dead_deliveries', 'delivered_deliveries'] as const),
]

const WHAT = 'erasing from deliveries'
