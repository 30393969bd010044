import { createPeople } from '../../../event/people'
import { SPILL_PREFIX } from '../../../ingest/draining'
import { readSpilled, type SpilledRequest, writeSpilled } from '../../../ingest/spill'
import type { BlobStore } from '../../../platform/blob-store'
import { inTurns } from '../../../syntax/steps'
import type { Place } from './place'

const PAGE = 100

/** Requests that the hot store could not take, and that wait to be read again. */
export function spillPlace(blobs: Pick<BlobStore, 'list' | 'get' | 'put' | 'delete'>): Place {
  return {
    name: 'spill',
    method: 'Each request that waits to be stored was read; items of the people were taken out.',

    async search({ tenantId, actorIds, isDryRun }) {
      const people = createPeople(actorIds)
      let [looked, found] = [0, 0]
      let after: string | undefined
      for (;;) {
        const page = await blobs.list(SPILL_PREFIX, PAGE, after)
        for (const { key } of page) {
          const bytes = await blobs.get(key)
          // The sweep was faster; its door looks out for the people.
          if (bytes === undefined) continue
          const request = await readSpilled(bytes).catch(() => undefined)
          if (request === undefined || request.arrival.tenantId !== tenantId) continue
          looked += 1
          found += await takeOut(key, request)
        }
        if (page.length < PAGE) break
        after = page.at(-1)!.key
      }
      return { looked, found, removed: isDryRun ? 0 : found }

      async function takeOut(key: string, request: SpilledRequest): Promise<number> {
        const { reading, arrival } = request
        const rest: SpilledRequest['reading']['items'] = []
        for (const item of reading.items) {
          const isTheirs = await inTurns(
            'event' in item ? people.own(item.event) : people.areIn(item.raw, 'text'),
          )
          if (!isTheirs) rest.push(item)
        }
        const about = JSON.stringify([arrival, reading.context])
        const isAll = await inTurns(people.areIn(about, 'json'))
        const count = isAll ? reading.items.length : reading.items.length - rest.length
        if (count === 0 || isDryRun) return count
        if (isAll || rest.length === 0) await blobs.delete(key)
        else
          await blobs.put(
            key,
            await writeSpilled({ arrival, reading: { ...reading, items: rest } }),
          )
        return count
      }
    },
  }
}
