/**
 * The memory says how the event store fared when it was last asked, where a request that it cannot
 * take is spilled: while it is busy, requests are spilled at once and nobody waits. On Lambda each
 * sandbox has one of its own, which it finds out by itself: there is nothing that all could ask.
 */
export interface BusyStore {
  /** The store was busy a moment ago: it is not asked now. */
  isSpared(): boolean
  /** The store was busy when it was last asked, and may be asked once, to see. */
  isDoubted(): boolean
  /** @param answeredMs so long it took to say so, or not to answer */
  wasBusy(answeredMs: number): void
  tookAll(): void
  /** Ends sparing: there is nowhere else to go. */
  askAgain(): void
}

interface Needs {
  /** The clock gives milliseconds that only ever grow. */
  now: () => number
  /** The number lies between 0 and 1. */
  random: () => number
}

/**
 * A store that takes half of what it is sent refuses one request, and takes the next: it is spared at first
 * for as long as a sandbox has a few requests, so that it goes on with all that it can
 * (`npm run capacity -- --bell`).
 */
const FIRST_SPARED_MS = 100

/** It is asked again so often at least, so that a bell is over for a sandbox soon after it is over. */
const LONGEST_SPARED_MS = 5000

/**
 * A store that does not answer at all holds its request for seconds (`platform/aws/time-outs.ts`): a
 * sandbox spends at most a tenth of its time on finding out.
 */
const SPARED_FOR_ASKED = 9

/** Makes a memory. */
export function createBusyStore({ now, random }: Needs): BusyStore {
  let sparedUntil = Number.NEGATIVE_INFINITY
  let nextMs = FIRST_SPARED_MS
  let isDoubted = false

  return {
    isSpared: () => now() < sparedUntil,
    isDoubted: () => isDoubted,
    wasBusy(answeredMs) {
      const ms = Math.max(nextMs, answeredMs * SPARED_FOR_ASKED)
      // From half to one and a half of it: those who were refused together do not ask together.
      sparedUntil = now() + ms * (0.5 + random())
      nextMs = Math.min(nextMs * 2, LONGEST_SPARED_MS)
      isDoubted = true
    },
    tookAll() {
      nextMs = FIRST_SPARED_MS
      isDoubted = false
    },
    askAgain() {
      sparedUntil = Number.NEGATIVE_INFINITY
    },
  }
}

/**
 * A store that is busy says so within some milliseconds. One that took so long is away, for everybody
 * (`platform/aws/time-outs.ts`).
 */
const AWAY_MS = 1000

// A process serves few tenants at a time; what is known of one takes some hundred bytes.
const MAX_TENANTS = 1000

/**
 * Makes the memories of one process, a tenant each: a key of an index that one tenant's events share may be
 * busy while the table takes everybody else's. Once it refused two tenants, or did not answer, it is spared by all.
 */
export function createBusyStores(needs: Needs): (tenantId: string) => BusyStore {
  const table = createBusyStore(needs)
  const memories = new Map<string, BusyStore>()
  let refused: string | undefined

  function memoryOf(tenantId: string): BusyStore {
    const memory = memories.get(tenantId) ?? createBusyStore(needs)
    memories.delete(tenantId) // otherwise it would stay among the oldest
    memories.set(tenantId, memory)
    if (memories.size > MAX_TENANTS) memories.delete(memories.keys().next().value!)
    return memory
  }

  return function busyFor(tenantId) {
    const own = memoryOf(tenantId)
    const isSharedBy = (other: string | undefined) =>
      other !== undefined && other !== tenantId && memories.get(other)?.isDoubted() === true
    return {
      isSpared: () => own.isSpared() || table.isSpared(),
      isDoubted: () => own.isDoubted() || table.isDoubted(),
      wasBusy(answeredMs) {
        own.wasBusy(answeredMs)
        if (answeredMs >= AWAY_MS || isSharedBy(refused)) table.wasBusy(answeredMs)
        refused = tenantId
      },
      tookAll() {
        own.tookAll()
        table.tookAll()
      },
      askAgain() {
        own.askAgain()
        table.askAgain()
      },
    }
  }
}

/**
 * Whoever takes spilled requests in again has this: it neither waits for a busy store nor spares it, and has
 * a pace of its own instead. Requests that are new go first: they do not wait either.
 */
export const askedOnce: BusyStore = {
  isSpared: () => false,
  isDoubted: () => true,
  wasBusy() {},
  tookAll() {},
  askAgain() {},
}
