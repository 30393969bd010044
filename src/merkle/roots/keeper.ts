import type { ChangeFeed } from '../../platform/change-feed'
import type { Clock } from '../../platform/clock'
import type { Tenants } from '../../platform/registry/tenants'
import { type CloseNeeds, closeHours } from './close'

interface Needs extends CloseNeeds {
  changes: Pick<ChangeFeed, 'lags'>
  tenants: Pick<Tenants, 'list'>
  clock: Pick<Clock, 'now'>
}

// An hour that is over is closed within about so long; a look that finds nothing to do reads a row a tenant.
const EVERY_MS = 60_000

/** The consumer of the feed that fills the trees has this name. */
export const TREES_CONSUMER = 'trees'

/** Closes hours and publishes their roots while a server of one machine runs, and what it missed at its start. */
export function keepRoots(needs: Needs): AsyncDisposable {
  const { changes, tenants, clock, log } = needs
  let running: Promise<unknown> | undefined
  let isStopped = false

  /** Tells up to when all that was stored is in a tree: what waits for its leaf may be of the hour before. */
  function through(): Date | undefined {
    const lag = changes.lags().find(({ consumer }) => consumer === TREES_CONSUMER)
    if (lag === undefined) return undefined
    return new Date(clock.now().getTime() - (lag.records > 0 ? lag.ageMs : 0))
  }

  async function run() {
    const until = through()
    if (until === undefined) return
    try {
      const tenantIds = (await tenants.list()).map(({ tenantId }) => tenantId)
      await closeHours(needs, tenantIds, until)
    } catch (error) {
      const reason = (error as Error).message
      log.warn('hours of the log were not closed; the next minute goes on', { reason })
    }
  }

  function look() {
    // A sink that is slow holds up the next look, not two of them.
    if (isStopped || running !== undefined) return
    running = run().finally(() => {
      running = undefined
    })
  }

  const timer = setInterval(look, EVERY_MS)
  look()
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true
      clearInterval(timer)
      await running
    },
  }
}
