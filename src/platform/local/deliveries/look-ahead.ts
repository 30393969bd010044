import type { Leases } from './leases'
import type { prepare, Whose } from './statements'

type Due = { rowid: number; due_at: number }

/** The next deliveries of a webhook, soonest first, of which those before `next` were taken. */
interface Ahead {
  rows: readonly Due[]
  next: number
  isAll: boolean
}

// Looking for one costs as much as looking for a dozen.
const ROWS = 32

// So many webhooks' next deliveries are remembered, some megabytes.
const MAX_WEBHOOKS = 1000

/**
 * Finds what is to be taken next, and remembers what comes after it until that changes. What is done
 * changes nothing: it was taken before.
 */
export function createLookAhead(firstDue: ReturnType<typeof prepare>['firstDue'], leases: Leases) {
  const known = new Map<string, Ahead>()
  const keyOf = ({ tenant_id, webhook_id }: Whose) => `${tenant_id}\n${webhook_id}`

  function read(whose: Whose): Ahead {
    const most = leases.of(whose).size + ROWS
    const rows = firstDue.all(whose.tenant_id, whose.webhook_id, most)
    const ahead = { rows, next: 0, isAll: rows.length < most }
    if (known.size >= MAX_WEBHOOKS) known.clear()
    known.set(keyOf(whose), ahead)
    return ahead
  }

  return {
    /** To be called when anything but a taken delivery of a webhook has changed, or was given back. */
    forget: (whose: Whose) => known.delete(keyOf(whose)),
    clear: () => known.clear(),

    /** Finds when the next one may be taken, without remembering more. */
    dueAt(whose: Whose, now: number): number {
      const taken = leases.of(whose)
      let dueAt = Number.POSITIVE_INFINITY
      for (const { until } of taken.values()) if (until > now) dueAt = Math.min(dueAt, until)
      const rows = firstDue.all(whose.tenant_id, whose.webhook_id, taken.size + 1)
      const free = rows.find(({ rowid }) => (taken.get(rowid)?.until ?? 0) <= now)
      return Math.min(free?.due_at ?? dueAt, dueAt)
    },

    /** Finds the first that nobody has taken, and when the first of the taken ones comes back. */
    look(whose: Whose, now: number): { free: Due | undefined; backAt: number } {
      const taken = leases.of(whose)
      let backAt = Number.POSITIVE_INFINITY
      for (const { until } of taken.values()) backAt = Math.min(backAt, until)
      let ahead = known.get(keyOf(whose))
      // One that comes back is before all others.
      if (ahead === undefined || backAt <= now) ahead = read(whose)
      for (;;) {
        for (; ahead.next < ahead.rows.length; ahead.next += 1) {
          const free = ahead.rows[ahead.next]!
          if ((taken.get(free.rowid)?.until ?? 0) <= now)
            return { free, backAt: later(now, backAt) }
        }
        if (ahead.isAll) return { free: undefined, backAt: later(now, backAt) }
        ahead = read(whose)
      }
    },
  }

  // One that has come back already is among the free ones.
  function later(now: number, backAt: number) {
    return backAt > now ? backAt : Number.POSITIVE_INFINITY
  }
}
