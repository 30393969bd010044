import type { Database } from 'bun:sqlite'
import { deliveryColumns } from './rows'
import type { Whose } from './statements'

/** A webhook remembers so many that were delivered, and a tenant so many in all. */
export interface MostRemembered {
  ofWebhook: number
  ofTenant: number
}

// At 4 KB for what was answered, a tenant's are 200 MB at the very most.
const MOST: MostRemembered = { ofWebhook: 1000, ofTenant: 50_000 }

// Beyond that so many go at once, so that it is rare: the last ones are looked for among all.
const AT_ONCE = 100

// So many webhooks' counts are remembered, some megabytes; beyond it they are counted anew.
const MAX_COUNTS = 50_000

type Moved = { deliveryId: string; at: string; tries: string | null }

/** Remembers deliveries that were delivered, no more of each webhook and tenant than there is room for. */
export function createRemembered(db: Database, most = MOST) {
  const [fromWaiting, fromParked] = (['deliveries', 'parked_deliveries'] as const).map((table) =>
    db.query<null, Moved>(
      `INSERT OR REPLACE INTO delivered_deliveries (${deliveryColumns}, ended_at, tries)
       SELECT ${deliveryColumns}, $at, $tries FROM ${table} WHERE delivery_id = $deliveryId`,
    ),
  )
  const ofWebhook = 'tenant_id = ? AND webhook_id = ?'
  const bounds = [
    boundOf(db, ofWebhook, most.ofWebhook),
    boundOf(db, 'tenant_id = ?', most.ofTenant),
  ] as const

  return {
    fromWaiting: (moved: Moved) => fromWaiting!.run(moved),
    fromParked: (moved: Moved) => fromParked!.run(moved),

    /** Makes room once there is too much. To be called within the transaction that added some. */
    added({ tenant_id, webhook_id }: Whose) {
      bounds[0].added(tenant_id, webhook_id)
      bounds[1].added(tenant_id)
    },
  }
}

export type Remembered = ReturnType<typeof createRemembered>

/**
 * Counts rows in memory, and counts them anew before any are deleted: others delete them, too, and a
 * transaction may be undone.
 * @param where has as many `?` as a key has parts
 */
function boundOf(db: Database, where: string, most: number) {
  const counts = new Map<string, number>()
  const query = db.query<{ count: number }, string[]>(
    `SELECT count(*) AS count FROM delivered_deliveries WHERE ${where}`,
  )
  const trim = db.query<null, (string | number)[]>(
    `DELETE FROM delivered_deliveries WHERE rowid IN (
       SELECT rowid FROM delivered_deliveries WHERE ${where} ORDER BY rowid LIMIT ?)`,
  )
  const count = (key: string[]) => query.get(...key)!.count
  return {
    added(...key: string[]) {
      const name = key.join('\n')
      const before = counts.get(name)
      let counted = before === undefined ? count(key) : before + 1
      if (counted > most) {
        counted = count(key)
        const beyond = counted - most
        if (beyond > 0) {
          const gone = beyond + Math.min(AT_ONCE, Math.floor(most / 10))
          trim.run(...key, gone)
          counted -= gone
        }
      }
      if (counts.size >= MAX_COUNTS) counts.clear()
      counts.set(name, counted)
    },
  }
}
