import { createPeople } from '../../../event/people'
import { SPILL_PREFIX } from '../../../ingest/draining'
import { readSpilled, type SpilledRequest, writeSpilled } from '../../../ingest/spill'
import type { BlobStore } from '../../../platform/blob-store'
import { inTurns } from '../../../syntax/steps'
import type { Place } from './place'

// A call looks at so many, and the next goes on behind them.
const PAGE = 1000
const AT_ONCE = 16

/** Requests that the hot store could not take, and that wait to be read again. */
export function spillPlace(blobs: Pick<BlobStore, 'list' | 'get' | 'put' | 'delete'>): Place {
  return {
    name: 'spill',
    method: 'Each request that waits to be stored was read; items of the people were taken out.',

    async search({ tenantId, actorIds, isDryRun }, cursor) {
      const people = createPeople(actorIds)
      let [looked, found, unread] = [0, 0, 0]
      const page = await blobs.list(SPILL_PREFIX, PAGE, cursor)
      // After a bad bell there are a hundred thousand, each of which takes some 20 ms to read.
      for (let from = 0; from < page.length; from += AT_ONCE) {
        await Promise.all(page.slice(from, from + AT_ONCE).map(({ key }) => look(key)))
      }
      return {
        ...{ looked, found, removed: isDryRun ? 0 : found },
        ...(unread > 0 && {
          remains: `${unread} requests under spill/ cannot be read, and may be theirs: look at them, and delete them.`,
        }),
        ...(page.length === PAGE && { nextCursor: page.at(-1)!.key }),
      }

      async function look(key: string) {
        const bytes = await blobs.get(key)
        // The drain was faster; its door looks out for the people.
        if (bytes === undefined) return
        const request = await readSpilled(bytes).catch(() => undefined)
        if (request === undefined) unread += 1
        if (request?.arrival.tenantId !== tenantId) return
        const count = await takeOut(key, request)
        looked += 1
        found += count
      }

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
