import type { Database } from 'bun:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../clock'
import { DEAD_DAYS, type DeliveryQueue, PARKED_DAYS } from '../../delivery-queue'
import { guarded } from '../database'
import {
  type DeadDeliveryRow,
  type DeliveryRow,
  deadDeliveryOf,
  deliveryColumns,
  deliveryOf,
} from './rows'

type Aside = Pick<
  DeliveryQueue,
  'park' | 'release' | 'listParked' | 'drop' | 'bury' | 'listDead'
> & {
  /**
   * Deletes a page of what has been stored for long enough by then.
   * @returns whether more may be left
   */
  expire(time: Date): boolean
}

// A page is some milliseconds of work; other work has the thread in between.
const PAGE = 500

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Stores the deliveries that are not to be taken: the parked and the dead. Every change is one
 * transaction, so a crash in the midst of many pages leaves each delivery in one place, and the
 * next call goes on.
 * @param queue.now the queue's time, ms; `changed` is told of a webhook whose waiting deliveries
 * changed
 */
export function createAsideDeliveries(
  db: Database,
  queue: { clock: Clock; now(): number; changed(tenantId: string, webhookId: string): void },
): Aside {
  const { clock, now, changed } = queue
  type Whose = { tenant_id: string; webhook_id: string }
  const forget = db.query<Whose, [string]>(
    'DELETE FROM deliveries WHERE delivery_id = ? RETURNING tenant_id, webhook_id',
  )
  const putDead = db.query(
    `INSERT OR REPLACE INTO dead_deliveries (${deliveryColumns}, reason, buried_at)
     SELECT ${deliveryColumns}, $reason, $at FROM deliveries WHERE delivery_id = $deliveryId`,
  )
  const putParked = db.query(
    `INSERT OR REPLACE INTO parked_deliveries (${deliveryColumns}, parked_at)
     SELECT ${deliveryColumns}, $at FROM deliveries WHERE delivery_id = $deliveryId`,
  )
  const countAttempt = db.query(
    'UPDATE deliveries SET attempts = attempts + 1, last_failure = $reason WHERE delivery_id = $deliveryId',
  )
  const parked = db.query<DeliveryRow, [string, string, number]>(
    `SELECT ${deliveryColumns} FROM parked_deliveries WHERE tenant_id = ? AND webhook_id = ? LIMIT ?`,
  )
  const countParked = db.query<{ count: number }, [string, string]>(
    'SELECT count(*) AS count FROM parked_deliveries WHERE tenant_id = ? AND webhook_id = ?',
  )
  const putBack = db.query(
    `INSERT OR IGNORE INTO deliveries (${deliveryColumns}, due_at, noted_at)
     SELECT ${deliveryColumns}, $now, $now FROM parked_deliveries WHERE delivery_id = $deliveryId`,
  )
  const unpark = db.query('DELETE FROM parked_deliveries WHERE delivery_id = ?')
  const dead = db.query<DeadDeliveryRow, [string, string, number]>(
    `SELECT ${deliveryColumns}, reason, buried_at FROM dead_deliveries
     WHERE tenant_id = ? AND webhook_id = ? ORDER BY buried_at DESC, rowid DESC LIMIT ?`,
  )
  const [expireParked, expireDead] = (
    [
      ['parked_deliveries', 'parked_at'],
      ['dead_deliveries', 'buried_at'],
    ] as const
  ).map(([table, column]) =>
    db.query(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${column} < ? LIMIT ${PAGE})`,
    ),
  )

  const iso = () => clock.now().toISOString()

  const moveOut = db.transaction((deliveryId: string, put: () => void) => {
    put()
    return forget.get(deliveryId)
  })

  function moveFrom(what: string, deliveryId: string, put: () => void) {
    const whose = guarded(what, () => moveOut.immediate(deliveryId, put))
    if (whose) changed(whose.tenant_id, whose.webhook_id)
  }

  const movePage = db.transaction((tenantId: string, webhookId: string, isWanted: boolean) => {
    const rows = parked.all(tenantId, webhookId, PAGE)
    for (const { delivery_id } of rows) {
      if (isWanted) putBack.run({ now: now(), deliveryId: delivery_id })
      unpark.run(delivery_id)
    }
  })

  async function moveAll(what: string, tenantId: string, webhookId: string, isWanted: boolean) {
    // The loop moves as many as are there now: an attempt may be parking what was just released.
    let left = guarded(what, () => countParked.get(tenantId, webhookId)!.count)
    for (; left > 0; left -= PAGE) {
      guarded(what, () => movePage.immediate(tenantId, webhookId, isWanted))
      changed(tenantId, webhookId)
      await setImmediate()
    }
  }

  return {
    async park(deliveryId, reason) {
      moveFrom('parking a delivery', deliveryId, () => {
        if (reason !== undefined) countAttempt.run({ deliveryId, reason })
        putParked.run({ deliveryId, at: iso() })
      })
    },

    release: (tenantId, webhookId) => moveAll('releasing deliveries', tenantId, webhookId, true),

    drop: (tenantId, webhookId) => moveAll('dropping deliveries', tenantId, webhookId, false),

    async listParked(tenantId, webhookId, limit) {
      const rows = guarded('listing deliveries', () => parked.all(tenantId, webhookId, limit))
      return rows.map(deliveryOf)
    },

    async bury(deliveryId, reason) {
      moveFrom('burying a delivery', deliveryId, () =>
        putDead.run({ deliveryId, reason, at: iso() }),
      )
    },

    async listDead(tenantId, webhookId, limit) {
      const rows = guarded('listing deliveries', () => dead.all(tenantId, webhookId, limit))
      return rows.map(deadDeliveryOf)
    },

    expire(time) {
      const daysBefore = (days: number) => new Date(time.getTime() - days * DAY_MS).toISOString()
      return guarded('forgetting deliveries', () => {
        const ended = [
          expireParked!.run(daysBefore(PARKED_DAYS)),
          expireDead!.run(daysBefore(DEAD_DAYS)),
        ]
        return ended.some(({ changes }) => changes === PAGE)
      })
    },
  }
}
