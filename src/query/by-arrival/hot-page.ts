import type { EventRecord } from '../../event/record'
import { later } from '../../platform/arrivals'
import type { EventStore } from '../../platform/event-store'
import type { Page } from './page'
import type { HotPlace, Walk } from './place'
import { percentAt } from './walk'

// A page is in memory, and its messages are queued together.
const MAX_BYTES = 2 * 1024 * 1024

interface Needs {
  events: Pick<EventStore, 'query' | 'arrivals'>
}

/**
 * Reads a page from the hot store: the oldest arrival first, or, where the store knows no such order,
 * the newest event first.
 * @param shownFrom what arrived before is hidden
 */
export async function readHot(
  { events }: Needs,
  walk: Walk,
  place: HotPlace,
  { limit, shownFrom }: { limit: number; shownFrom: string | undefined },
): Promise<Page> {
  const { tenantId, to } = walk
  const filter = { receivedFrom: later(shownFrom, place.from), receivedTo: to }
  const page = { limit, maxBytes: MAX_BYTES }
  if (events.arrivals !== undefined) {
    const request = { ...page, after: place.after, beginsWithin: true } as const
    const { items, next, isAll } = await events.arrivals(tenantId, filter, request)
    const at = later<string>(walk.at, items.at(-1)?.receivedAt ?? walk.at)
    const rest = isAll ? undefined : { ...place, after: next }
    return { records: items, isArchived: false, place: rest, at }
  }
  const request = { ...page, cursor: place.after }
  const { items, nextCursor } = await events.query(tenantId, filter, request)
  const last = items.at(-1)
  const rest = nextCursor === undefined ? undefined : { ...place, after: nextCursor }
  const at = last?.receivedAt ?? walk.at
  const percent = last === undefined ? walk.percent : Math.max(backwards(walk, last), walk.percent)
  return { records: items, isArchived: false, place: rest, at, percent }
}

/** Takes an event for the measure: what happened last is read first, and most arrives soon after. */
function backwards({ from, to }: Walk, { eventTime }: EventRecord): number {
  return 99 - percentAt({ from, to }, eventTime)
}
