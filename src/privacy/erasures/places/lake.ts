import type { LakeErasures } from '../../../platform/lake-erasures'
import type { Place } from './place'

// The job looks every hour.
const LOOK_AGAIN_MS = 10 * 60_000

/**
 * The lake where a job changes it: it is asked, and does it with the next night. Readers of settled days find
 * nobody from then on; the last files that landed are gone some days later.
 */
export function lakePlace(lake: LakeErasures): Place {
  return {
    name: 'lake',
    method:
      'Rows of the lake were searched by their actor and every JSON string of what was sent, and deleted by its nightly job.',

    async search({ tenantId, erasureId: id, actorIds, requestedAt, isDryRun }) {
      await lake.request(tenantId, { id, actorIds, requestedAt, isDryRun })
      const state = await lake.state(tenantId, id)
      if (state === undefined || state.status === 'waiting') {
        return { looked: 0, found: 0, removed: 0, waitMs: LOOK_AGAIN_MS }
      }
      const { found, status, landedBy: goneBy } = state
      if (isDryRun) return { looked: 0, found, removed: 0 }
      return { looked: 0, found, removed: found, ...(status !== 'done' && { goneBy }) }
    },
  }
}
