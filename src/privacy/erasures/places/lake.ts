import { randomUUID } from 'node:crypto'
import type { Lake } from '../../../platform/lake'
import type { LakeErasures } from '../../../platform/lake-erasures'
import { askLake } from '../../../query/ask-lake'
import type { Place, Search } from './place'

// The job looks every hour.
const LOOK_AGAIN_MS = 10 * 60_000
// So many ids are one sealed part, some ten kilobytes.
const A_PART = 1000

/**
 * The lake where a job changes it: it is asked, and does it with the next night. Readers of settled days find
 * nobody from then on; the last files that landed are gone some days later.
 */
export function lakePlace(lake: LakeErasures, reader: Lake): Place {
  return {
    name: 'lake',
    method:
      'Rows of the lake were searched by their actor and every JSON string of what was sent, and deleted by its nightly job.',

    async search(search) {
      const { tenantId, erasureId: id, actorIds, requestedAt, isDryRun } = search
      const isAsked = (await lake.state(tenantId, id)) !== undefined
      if (!isAsked && !isDryRun) await noteEvents(search)
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

  /** Tells later places which events leave, before the job deletes them without a word. */
  async function noteEvents(search: Search) {
    const { tenantId, actorIds, store } = search
    for (const sql of await lake.idQueries(tenantId, actorIds)) {
      const { rows } = await askLake(reader, { reader: { tenantId }, sql })
      for (let at = 0; at < rows.length; at += A_PART) {
        const ids = rows.slice(at, at + A_PART).map(([id]) => String(id))
        await store.seal(search, 'events', randomUUID(), ids)
      }
    }
  }
}
