import type { Database } from 'bun:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { Erased } from '../../erasure'
import { guarded } from '../database'
import type { DeliveryRow } from './rows'

interface Needs {
  db: Database
  /** Is told of a webhook whose waiting deliveries have changed. */
  changed(tenantId: string, webhookId: string): void
}

type Seen = Pick<DeliveryRow, 'delivery_id' | 'tenant_id' | 'webhook_id' | 'event_ids'> & {
  rowid: number
}

// Deliveries of a hundred ids each take some milliseconds to parse; others have the thread in
// between.
const PAGE = 100

/** Removes ids from all deliveries that are held now, in one transaction a page. */
export async function eraseFromDeliveries(
  { db, changed }: Needs,
  tenantId: string,
  eventIds: readonly string[],
): Promise<Erased> {
  const gone = new Set(eventIds)
  let removed = 0
  for (const table of inOrder) {
    const last = guarded(WHAT, () =>
      db.query<{ rowid: number }, []>(`SELECT max(rowid) AS rowid FROM ${table}`).get(),
    )
    for (let at = 0; at < (last?.rowid ?? 0); ) {
      const page = guarded(WHAT, () => erasePage(table, at))
      if (page.rows.length === 0) break
      at = page.rows.at(-1)!.rowid
      removed += page.touched.length
      if (table === 'deliveries') {
        for (const { webhook_id } of page.touched) changed(tenantId, webhook_id)
      }
      await setImmediate()
    }
  }
  return { removed }

  function erasePage(table: string, at: number) {
    const select = db.query<Seen, [number]>(
      `SELECT rowid, delivery_id, tenant_id, webhook_id, event_ids FROM ${table}
       WHERE rowid > ? ORDER BY rowid LIMIT ${PAGE}`,
    )
    const forget = db.query<never, [number]>(`DELETE FROM ${table} WHERE rowid = ?`)
    const shorten = db.query<never, [string, number]>(
      `UPDATE ${table} SET event_ids = ? WHERE rowid = ?`,
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
          if (left.length === 0) forget.run(row.rowid)
          else shorten.run(JSON.stringify(left), row.rowid)
        }
        return { rows, touched }
      })
      .immediate()
  }
}

// A delivery that is released while we look at the parked ones is found among the waiting ones
// after that, and one that is parked or buried while we look at the waiting ones is found there.
const inOrder = ['parked_deliveries', 'deliveries', 'parked_deliveries', 'dead_deliveries'] as const

const WHAT = 'erasing from deliveries'
