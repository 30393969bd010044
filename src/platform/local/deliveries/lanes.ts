import type { Database } from 'bun:sqlite'
import type { Leases } from './leases'
import { BLOCKED } from './rows'
import type { Whose } from './statements'

type Head = { rowid: number; due_at: number }

/**
 * Keeps lanes in order: of the waiting deliveries of a lane only the first may be due, the others are
 * blocked.
 */
export function createLanes(db: Database, leases: Leases) {
  const ofLane = 'tenant_id = ? AND webhook_id = ? AND lane = ?'
  const any = db.query<Head, [string, string, string]>(
    `SELECT rowid, due_at FROM deliveries WHERE ${ofLane} LIMIT 1`,
  )
  const first = db.query<Head, [string, string, string]>(
    `SELECT rowid, due_at FROM deliveries WHERE ${ofLane} ORDER BY seq, rowid LIMIT 1`,
  )
  const unblocked = db.query<Head, [string, string, string]>(
    // Left to itself SQLite looks at all that is due of the webhook.
    `SELECT rowid, due_at FROM deliveries INDEXED BY deliveries_first_of_lane
     WHERE ${ofLane} AND lane IS NOT NULL AND due_at < ${BLOCKED}`,
  )
  const move = db.query<null, [number, number]>(
    'UPDATE deliveries SET due_at = due_at + ? WHERE rowid = ?',
  )

  return {
    /** Tells what to add to `due_at` of a delivery that comes last. */
    delayOf: (tenantId: string, webhookId: string, lane: string | null) =>
      lane !== null && any.get(tenantId, webhookId, lane) !== null ? BLOCKED : 0,

    /**
     * Opens a lane for its first, after whatever was added, ended or moved. One that was taken stays
     * the first until it ends. To be called within the transaction of the change.
     */
    settle(whose: Whose, lane: string | null) {
      if (lane === null) return
      const { tenant_id, webhook_id } = whose
      const head = first.get(tenant_id, webhook_id, lane)
      if (head === null) return
      const taken = leases.of(whose)
      const isTaken = ({ rowid }: Head) => taken.has(rowid)
      const others = unblocked
        .all(tenant_id, webhook_id, lane)
        .filter(({ rowid }) => rowid !== head.rowid)
      const isBusy = others.some(isTaken)
      for (const other of others) if (!isTaken(other)) move.run(BLOCKED, other.rowid)
      const isBlocked = head.due_at >= BLOCKED
      if (isBlocked && !isBusy) move.run(-BLOCKED, head.rowid)
      if (!isBlocked && isBusy && !isTaken(head)) move.run(BLOCKED, head.rowid)
    },
  }
}

export type Lanes = ReturnType<typeof createLanes>
