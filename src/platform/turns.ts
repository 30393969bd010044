/**
 * Long reads share the thread with all other work: one of them works at a time, for a slice, and
 * then requests of senders get a turn. Among those that wait, tenants take turns, so that a tenant
 * with a hundred readers leaves another with one as much of the thread as all of its own have.
 */
export interface Turns {
  begin(tenantId: string): Turn
}

export interface Turn {
  /** Tells whether its slice is used up. */
  isOver(): boolean
  /** Waits for the next slice, and for the first one. */
  next(): Promise<void>
}

// All other work waits so long at most, beside one step of the read itself: a block of the index
// takes some microseconds, a segment 0.2 ms as a rule.
const SLICE_MS = 2

export function createTurns(): Turns {
  /** Holds the waiting reads by tenant, the one whose turn is next first. */
  const waiting = new Map<string, (() => void)[]>()
  let isScheduled = false
  let end = 0

  function schedule() {
    if (isScheduled || waiting.size === 0) return
    isScheduled = true
    // It runs after what this turn of the event loop brings: requests are read between two slices.
    setImmediate(give)
  }

  function give() {
    isScheduled = false
    const [tenantId, queue] = waiting.entries().next().value!
    const resume = queue.shift()!
    waiting.delete(tenantId)
    if (queue.length > 0) waiting.set(tenantId, queue)
    end = performance.now() + SLICE_MS
    schedule()
    resume()
  }

  return {
    begin: (tenantId) => ({
      isOver: () => performance.now() >= end,
      next: () =>
        new Promise((resolve) => {
          const queue = waiting.get(tenantId)
          if (queue === undefined) waiting.set(tenantId, [resolve])
          else queue.push(resolve)
          schedule()
        }),
    }),
  }
}
