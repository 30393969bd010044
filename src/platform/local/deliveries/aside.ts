import { setImmediate } from 'node:timers/promises'
import { DELIVERED_DAYS, FIGURES_DAYS } from '../../delivery-log'
import { DEAD_DAYS, type DeliveryQueue, MAX_PARKED, PARKED_DAYS } from '../../delivery-queue'
import { guarded } from '../database'
import type { Core } from './core'
import type { Lease } from './leases'
import {
  BLOCKED,
  type DeadDeliveryRow,
  type DeliveryRow,
  deadDeliveryOf,
  deliveryColumns,
  deliveryOf,
} from './rows'
import type { Whose } from './statements'
import { toRemember } from './tries'

type Aside = Pick<DeliveryQueue, 'park' | 'release' | 'listParked' | 'bury' | 'listDead'> & {
  /** Buries what is parked for a webhook. */
  skip(tenantId: string, webhookId: string, reason: string): Promise<void>
  /**
   * Counts one more that is parked for a webhook, and buries the oldest beyond `maxParked`. To be
   * called within the transaction that parked it.
   */
  parkedOne(tenantId: string, webhookId: string): void
  /**
   * Deletes a page of what has been stored for long enough by then.
   * @returns whether more may be left
   */
  expire(time: Date): boolean
}

// A page is some milliseconds of work; other work has the thread in between.
export const PAGE = 500

const DAY_MS = 24 * 60 * 60 * 1000

// So many webhooks' counts are remembered, some megabytes; beyond it they are counted anew.
const MAX_COUNTS = 50_000

type WhoseLane = Whose & { lane: string | null }

/**
 * Stores the deliveries that are not to be taken: the parked and the dead. Every change is one
 * transaction, so a crash in the midst of many pages leaves each delivery in one place, and the
 * next call goes on.
 */
export function createAsideDeliveries(core: Core, maxParked = MAX_PARKED): Aside {
  const { db, clock, now, changed, leases, lanes, open, figures } = core
  const forget = db.query<WhoseLane, [string]>(
    'DELETE FROM deliveries WHERE delivery_id = ? RETURNING tenant_id, webhook_id, lane',
  )
  type Moved = { deliveryId: string; at: string; tries: string | null }
  const putDead = db.query<null, Moved & { reason: string }>(
    `INSERT OR REPLACE INTO dead_deliveries (${deliveryColumns}, tries, reason, buried_at)
     SELECT ${deliveryColumns}, $tries, $reason, $at FROM deliveries WHERE delivery_id = $deliveryId`,
  )
  const putParked = db.query<null, Moved>(
    `INSERT OR REPLACE INTO parked_deliveries (${deliveryColumns}, tries, parked_at)
     SELECT ${deliveryColumns}, $tries, $at FROM deliveries WHERE delivery_id = $deliveryId`,
  )
  const countAttempt = db.query<null, { deliveryId: string; reason: string }>(
    'UPDATE deliveries SET attempts = attempts + 1, last_failure = $reason WHERE delivery_id = $deliveryId',
  )
  const ofWebhook = 'tenant_id = ? AND webhook_id = ?'
  const parked = db.query<DeliveryRow, [string, string, number]>(
    `SELECT ${deliveryColumns} FROM parked_deliveries WHERE ${ofWebhook} LIMIT ?`,
  )
  // Lanes are released in order, so that nothing comes before what is in a later page.
  const oldest = db.query<{ rowid: number; lane: string | null }, [string, string, number]>(
    `SELECT rowid, lane FROM parked_deliveries WHERE ${ofWebhook} ORDER BY enqueued_at, seq LIMIT ?`,
  )
  const countParked = db.query<{ count: number }, [string, string]>(
    `SELECT count(*) AS count FROM parked_deliveries WHERE ${ofWebhook}`,
  )
  const putBack = db.query<null, { rowid: number; dueAt: number; now: number }>(
    `INSERT OR IGNORE INTO deliveries (${deliveryColumns}, tries, due_at, noted_at)
     SELECT ${deliveryColumns}, tries, $dueAt, $now FROM parked_deliveries WHERE rowid = $rowid`,
  )
  const giveUp = db.query<null, { rowid: number; reason: string; at: string }>(
    `INSERT OR REPLACE INTO dead_deliveries (${deliveryColumns}, tries, reason, buried_at)
     SELECT ${deliveryColumns}, tries, $reason, $at FROM parked_deliveries WHERE rowid = $rowid`,
  )
  const unpark = db.query<null, [number]>('DELETE FROM parked_deliveries WHERE rowid = ?')
  const dead = db.query<DeadDeliveryRow, [string, string, number]>(
    `SELECT ${deliveryColumns}, reason, buried_at FROM dead_deliveries
     WHERE ${ofWebhook} ORDER BY buried_at DESC, rowid DESC LIMIT ?`,
  )
  const expiring = (
    [
      ['parked_deliveries', 'parked_at', PARKED_DAYS],
      ['dead_deliveries', 'buried_at', DEAD_DAYS],
    ] as const
  ).map(([table, column, days]) => {
    const sql = `DELETE FROM ${table} WHERE rowid IN (
      SELECT rowid FROM ${table} WHERE ${column} < ? LIMIT ${PAGE})`
    return { query: db.query<null, [string]>(sql), days }
  })
  // Rows are in the order in which they were added, so the first ones are the oldest.
  const expireDelivered = db.query<null, [string]>(
    `DELETE FROM delivered_deliveries WHERE rowid IN (
       SELECT rowid FROM (SELECT rowid, ended_at FROM delivered_deliveries ORDER BY rowid LIMIT ${PAGE})
       WHERE ended_at < ?)`,
  )
  const expireFigures = db.query<null, [string]>(
    `DELETE FROM delivery_figures WHERE (tenant_id, webhook_id, hour) IN (
       SELECT tenant_id, webhook_id, hour FROM delivery_figures WHERE hour < ? LIMIT ${PAGE})`,
  )
  const counts = new Map<string, number>()
  const iso = () => clock.now().toISOString()

  function parkedOne(tenantId: string, webhookId: string) {
    const key = `${tenantId}\n${webhookId}`
    const before = counts.get(key)
    let count = before === undefined ? countParked.get(tenantId, webhookId)!.count : before + 1
    if (count > maxParked) {
      // Some were released or deleted since they were counted.
      count = countParked.get(tenantId, webhookId)!.count
      if (count > maxParked) {
        const reason = `held behind ${maxParked.toLocaleString('en')} others`
        // A page at once, so that the next ones need not be counted.
        for (const { rowid } of oldest.all(tenantId, webhookId, Math.min(PAGE, maxParked))) {
          giveUp.run({ rowid, reason, at: iso() })
          unpark.run(rowid)
          count -= 1
        }
      }
    }
    if (counts.size >= MAX_COUNTS) counts.clear()
    counts.set(key, count)
  }

  const moveOut = db.transaction(
    (deliveryId: string, put: () => void, then: (whose: Whose) => void) => {
      put()
      const whose = forget.get(deliveryId)
      if (whose === null) return null
      lanes.settle(whose, whose.lane)
      then(whose)
      return whose
    },
  )

  /** @returns whose it is, if it was moved */
  function moveFrom(
    what: string,
    deliveryId: string,
    put: (lease: Lease | undefined) => void,
    then: (whose: Whose) => void = () => {},
  ): WhoseLane | null {
    const lease = leases.end(deliveryId)
    try {
      const whose = guarded(what, () => moveOut.immediate(deliveryId, () => put(lease), then))
      if (whose === null) return null
      open.closeOne(deliveryId)
      changed(whose)
      return whose
    } catch (error) {
      if (lease !== undefined) leases.add(deliveryId, lease)
      throw error
    }
  }

  function releaseOne({ rowid, lane }: { rowid: number; lane: string | null }) {
    const at = now()
    putBack.run({ rowid, dueAt: at + (lane === null ? 0 : BLOCKED), now: at })
    unpark.run(rowid)
  }

  const releasePage = db.transaction((whose: Whose) => {
    const rows = oldest.all(whose.tenant_id, whose.webhook_id, PAGE)
    for (const row of rows) releaseOne(row)
    for (const lane of new Set(rows.map((row) => row.lane))) lanes.settle(whose, lane)
  })

  const skipPage = db.transaction((whose: Whose, reason: string) => {
    for (const { rowid } of oldest.all(whose.tenant_id, whose.webhook_id, PAGE)) {
      giveUp.run({ rowid, reason, at: iso() })
      unpark.run(rowid)
    }
  })

  async function inPages(what: string, whose: Whose, movePage: () => void) {
    // The loop moves as many as are there now: an attempt may be parking what was just released.
    let left = guarded(what, () => countParked.get(whose.tenant_id, whose.webhook_id)!.count)
    for (; left > 0; left -= PAGE) {
      guarded(what, movePage)
      changed(whose)
      await setImmediate()
    }
  }

  return {
    parkedOne,

    async park(deliveryId, reason, attempt) {
      const whose = moveFrom(
        'parking a delivery',
        deliveryId,
        (lease) => {
          const tried = toRemember(attempt, lease?.isErased)
          const tries = core.triesOf('deliveries', deliveryId, tried)
          if (reason !== undefined) countAttempt.run({ deliveryId, reason })
          putParked.run({ deliveryId, at: iso(), tries })
        },
        ({ tenant_id, webhook_id }) => parkedOne(tenant_id, webhook_id),
      )
      if (whose && attempt) figures.note({ whose, attempt, isWell: false })
    },

    async release(tenantId, webhookId) {
      const whose = { tenant_id: tenantId, webhook_id: webhookId }
      await inPages('releasing deliveries', whose, () => releasePage.immediate(whose))
    },

    async skip(tenantId, webhookId, reason) {
      const whose = { tenant_id: tenantId, webhook_id: webhookId }
      await inPages('giving up deliveries', whose, () => skipPage.immediate(whose, reason))
    },

    async listParked(tenantId, webhookId, limit) {
      const rows = guarded('listing deliveries', () => parked.all(tenantId, webhookId, limit))
      return rows.map(deliveryOf)
    },

    async bury(deliveryId, reason, attempt) {
      const whose = moveFrom('burying a delivery', deliveryId, (lease) => {
        const tried = toRemember(attempt, lease?.isErased)
        const tries = core.triesOf('deliveries', deliveryId, tried)
        putDead.run({ deliveryId, reason, at: iso(), tries })
      })
      if (whose && attempt) figures.note({ whose, attempt, isWell: false })
    },

    async listDead(tenantId, webhookId, limit) {
      const rows = guarded('listing deliveries', () => dead.all(tenantId, webhookId, limit))
      return rows.map(deadDeliveryOf)
    },

    expire(time) {
      const daysBefore = (days: number) => new Date(time.getTime() - days * DAY_MS).toISOString()
      return guarded('forgetting deliveries', () => {
        const ended = [
          ...expiring.map(({ query, days }) => query.run(daysBefore(days))),
          expireDelivered.run(daysBefore(DELIVERED_DAYS)),
          expireFigures.run(daysBefore(FIGURES_DAYS).slice(0, 13)),
        ]
        return ended.some(({ changes }) => changes === PAGE)
      })
    },
  }
}
