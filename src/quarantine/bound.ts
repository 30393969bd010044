import { AppError } from '../error/app-error'
import { firstIssues } from '../error/bounded-issues'
import type { Issue } from '../error/issue'
import type { Clock } from '../platform/clock'
import type {
  QuarantinedItem,
  QuarantineLimits,
  QuarantineStore,
} from '../platform/quarantine-store'
import type { Log } from '../telemetry/log'
import { createSeldom } from '../telemetry/seldom'
import { MAX_REASONS } from './max-reasons'

interface Needs {
  limits: QuarantineLimits
  clock: Clock
  log: Log
}

/** The share of a limit from which on a person should look: time enough left to make room. */
export const NEARLY_FULL = 0.8

// A source that fails does so with each request: once a minute tells as much.
const LOG_EVERY_MS = 60_000

/**
 * A quarantine in which no source has more than `limits`, and that says in the log when one is nearly
 * there (from 80 %) and when something had no room.
 */
export function boundQuarantine(
  store: QuarantineStore,
  { limits, clock, log }: Needs,
): QuarantineStore {
  const isNamedDue = createSeldom({ clock, everyMs: LOG_EVERY_MS })

  function isDue(level: string, { tenantId, sourceId }: QuarantinedItem): boolean {
    return isNamedDue(JSON.stringify([level, tenantId, sourceId]))
  }

  /** Runs what adds items of one source. */
  async function watched<T>(first: QuarantinedItem, work: () => Promise<T>): Promise<T> {
    const { tenantId, sourceId } = first
    try {
      const result = await work()
      const [usage] = await store.usage(tenantId, sourceId)
      if (usage !== undefined && isNearlyFull(usage, limits) && isDue('nearly', first)) {
        log.warn('the quarantine of a source is nearly full', { tenantId, ...usage, ...limits })
      }
      return result
    } catch (thrown) {
      if (isFull(thrown) && isDue('full', first)) {
        const message = 'the quarantine of a source is full: what would go there is answered 503'
        log.error(message, { tenantId, sourceId, ...limits })
      }
      throw thrown
    }
  }

  return {
    ...store,

    async put(items) {
      const [first] = items
      if (first !== undefined) await watched(first, () => store.put(items, limits))
    },

    amend(tenantId, quarantineId, { errors, lastReplay }) {
      const first = (issues: Issue[]) => firstIssues(issues, MAX_REASONS)
      const last = lastReplay && { ...lastReplay, errors: first(lastReplay.errors) }
      return store.amend(tenantId, quarantineId, { errors: first(errors), lastReplay: last })
    },

    release(tenantId, quarantineId, successors = []) {
      const work = () => store.release(tenantId, quarantineId, successors, limits)
      const [first] = successors
      return first === undefined ? work() : watched(first, work)
    },
  }
}

export function isNearlyFull(
  { items, bytes }: { items: number; bytes: number },
  { maxItems, maxBytes }: QuarantineLimits,
): boolean {
  return items >= maxItems * NEARLY_FULL || bytes >= maxBytes * NEARLY_FULL
}

export function isFull(thrown: unknown): thrown is AppError {
  return thrown instanceof AppError && thrown.code === 'quarantine_full'
}
