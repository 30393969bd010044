import type { Clock } from '../../clock'
import type { Writing } from '../../statement-store'
import { within } from '../within'

// A writing that is not ended for so long never will be: a writer waits some seconds for the disk.
export const MAX_WRITING_MS = 60_000
// A reader waits so long for what is being stored, before it is shown less: some commits of the log.
const PATIENCE_MS = 250

// The follower of the log is told at once of what was stored, and waits a second for more.
const UNKNOWN_MS = 5_000

interface Open {
  /** ms since 1970. */
  since: number
  /** It is given up at this time of the monotonic clock. */
  until: number
  ended: Promise<void>
}

/**
 * Tells up to when readers have everything. What is stored after a writing began may get any time
 * from then on, so that all before the oldest open one is there.
 */
export interface Consistency {
  begin(tenantId: string): Writing
  /** A statement was added. @param stored ms since 1970 */
  added(tenantId: string, stored: number): void
  /** Up to this time everything of a tenant can be found, ms since 1970. */
  through(tenantId: string): number
  /**
   * Waits a little for what is being stored, when something would have to be hidden without it.
   * @returns up to when everything that was stored before the call can be found, ms since 1970
   */
  settled(tenantId: string): Promise<number>
  /** Up to this time everything of all tenants can be found. @param now ms since 1970, as all */
  lowest(now: number): number
  /** The follower of the log is behind what was held at the start, up to `through`. */
  catchUp(through: number): void
  caughtUp(): void
}

/** @param newestOf reads when the newest statement of a tenant was stored, ms since 1970 */
export function createConsistency(
  clock: Clock,
  newestOf: (tenantId: string) => number,
): Consistency {
  const open = new Map<string, Set<Open>>()
  const newest = new Map<string, number>()
  let behind: { through: number; over: Promise<void>; end(): void } | undefined

  const now = () => clock.now().getTime()

  function newestIn(tenantId: string): number {
    const known = newest.get(tenantId) ?? newestOf(tenantId)
    newest.set(tenantId, known)
    return known
  }

  function openOf(tenantId: string): Open[] {
    const all = open.get(tenantId)
    if (all === undefined) return []
    const at = clock.monotonic()
    for (const one of all) if (one.until <= at) all.delete(one)
    return [...all]
  }

  const all = () => [...open.keys()].flatMap(openOf)

  /** The clock may have been set back behind what is held, and all of that can be found. */
  const present = (tenantId: string) => Math.max(now(), newestIn(tenantId))

  function lowestOf(from: number, writings: readonly Open[]): number {
    const limits = writings.map(({ since }) => since)
    return Math.min(from, ...limits, behind?.through ?? Number.POSITIVE_INFINITY)
  }

  return {
    begin(tenantId) {
      const { promise: ended, resolve } = Promise.withResolvers<void>()
      const one = { since: now(), until: clock.monotonic() + MAX_WRITING_MS, ended }
      const all = open.get(tenantId) ?? new Set()
      open.set(tenantId, all.add(one))
      return {
        async end(outcome) {
          // The follower of the log adds what was stored all the same, if anything was.
          if (outcome === 'unknown') {
            one.until = Math.min(one.until, clock.monotonic() + UNKNOWN_MS)
            return
          }
          resolve()
          all.delete(one)
          if (all.size === 0 && open.get(tenantId) === all) open.delete(tenantId)
        },
      }
    },

    added(tenantId, stored) {
      if (stored > newestIn(tenantId)) newest.set(tenantId, stored)
    },

    lowest: (from) => lowestOf(from, all()),
    through: (tenantId) => lowestOf(present(tenantId), openOf(tenantId)),

    async settled(tenantId) {
      const from = present(tenantId)
      const begun = openOf(tenantId)
      const limit = lowestOf(from, begun)
      if (newestIn(tenantId) > limit) {
        await within(PATIENCE_MS, Promise.all([...begun.map(({ ended }) => ended), behind?.over]))
      }
      const still = openOf(tenantId)
      return lowestOf(
        from,
        begun.filter((one) => still.includes(one)),
      )
    },

    catchUp(through) {
      const { promise: over, resolve: end } = Promise.withResolvers<void>()
      behind ??= { through, over, end }
      behind.through = through
    },

    caughtUp() {
      behind?.end()
      behind = undefined
    },
  }
}
