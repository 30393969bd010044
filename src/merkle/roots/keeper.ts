import type { ChangeFeed } from '../../platform/change-feed'
import type { Clock } from '../../platform/clock'
import type { Tenants } from '../../platform/registry/tenants'
import type { createClosing } from './closing'

interface Needs {
  close: ReturnType<typeof createClosing>
  changes: Pick<ChangeFeed, 'lags'>
  tenants: Pick<Tenants, 'list'>
  clock: Pick<Clock, 'now'>
}

// An hour that is over is closed within about so long; a look that finds nothing to do reads a row a tenant.
const EVERY_MS = 60_000

/** The consumer of the feed that fills the trees has this name (`changes/trees.ts`). */
const CONSUMER = 'trees'

/** Closes hours while a server of one machine runs, and at its start what it missed. */
export function keepRoots({ close, changes, tenants, clock }: Needs): AsyncDisposable {
  let running: Promise<void> | undefined

  async function run() {
    // Records that wait for their leaf may be of the hour before.
    const lag = changes.lags().find(({ consumer }) => consumer === CONSUMER)
    if (lag === undefined) return
    const through = new Date(clock.now().getTime() - (lag.records > 0 ? lag.ageMs : 0))
    await close(
      (await tenants.list()).map(({ tenantId }) => tenantId),
      through,
    )
  }

  function look() {
    // A sink that is slow holds up the next look, not two of them. A registry that fails is asked again.
    running ??= run()
      .catch(() => {})
      .finally(() => {
        running = undefined
      })
  }

  const timer = setInterval(look, EVERY_MS)
  look()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running
    },
  }
}
