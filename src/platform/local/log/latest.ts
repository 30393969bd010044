import type { EventFilter } from '../../../event/filter'
import { questionOf } from '../../../event/filter'
import type { EventRecord } from '../../../event/record'
import type { EventPageRequest, Page } from '../../event-store'
import { MAX_BYTES_IN_VAIN, rawBytes, roomOf } from '../../shared/page-bytes'
import { isStoredBefore, storedFromOf } from './block-arrivals'
import { BLOCK } from './block-times'
import { conditionsOf, fits, MAX_IN_VAIN, type QueriedStore } from './event-query'
import { offsetsIn } from './event-scan'
import type { Position } from './generation'
import { readingAhead } from './read-ahead'

/** Reads the log backwards from its end, or from where the page before ended. */
export async function latestInLog(
  { log, keys, tokens, turns, now }: QueriedStore,
  tenantId: string,
  filter: EventFilter,
  page: EventPageRequest,
): Promise<Page<EventRecord>> {
  const question = `latest ${questionOf(tenantId, filter)}`
  const before =
    page.cursor === undefined ? log.end() : tokens.read<Position>(page.cursor, question)
  const { sizeOf = rawBytes } = page
  const room = roomOf(page)
  const items: EventRecord[] = []
  const endAt = (place: Position) => ({ items, nextCursor: tokens.issue(place, question) })
  const conditions = conditionsOf(keys, tenantId, filter)
  const storedFrom = storedFromOf(filter)
  let inVain = 0
  let bytesInVain = 0

  const turn = turns.begin(tenantId)
  await turn.next()
  // The page has nothing of what is stored from now on.
  const generations = log.newestFirst().map((one) => ({ one, count: one.index.count }))
  for (const { one, count } of generations) {
    const { base } = one
    const isTooOld = isStoredBefore(one, storedFrom)
    for (let end = Math.min(count, before - base); end > 0; ) {
      const block = Math.floor((end - 1) / BLOCK)
      const first = block * BLOCK
      const last = end
      end = first
      if (turn.isOver()) await turn.next()
      if (isTooOld(block, count)) continue
      const places = Array.from(offsetsIn(one.index, first, last, conditions), (at) => base + at)
      const beforeReading = readingAhead(log, places)
      for (const [at, place] of places.entries()) {
        const unpacking = beforeReading(at)
        if (unpacking) await unpacking
        if (turn.isOver()) await turn.next()
        // Perhaps nothing of what follows fits, and the next page is empty.
        if (room.isFull()) return endAt(place + 1)
        const record = one.read(place - base)
        if (record?.tenantId === tenantId && fits(record, filter, now)) {
          if (!room.take(sizeOf(record))) return endAt(place + 1)
          items.push(record)
        } else {
          inVain += 1
          bytesInVain += record?.raw.length ?? 0
          if (inVain >= MAX_IN_VAIN || bytesInVain >= MAX_BYTES_IN_VAIN) return endAt(place)
        }
      }
    }
  }
  return { items }
}
