import type { ReadItem } from '../../event/reading'
import type { Receipt } from '../../event/receipt'
import type { QuarantinedItem } from '../../platform/quarantine-store'

/** An item that is in the event store now, and whether it was before. */
export interface Kept {
  item: Extract<ReadItem, { event: unknown }>
  isDuplicate: boolean
}

// A sender that gets everything wrong sends thousands of items at a time, and its every reply would
// be larger than what it sent. A hundred show what is wrong.
export const MAX_NAMED = 100

/** Tells the sender what became of every item. */
export function acknowledge(
  { sourceId, server }: { sourceId: string; server: { requestId: string } },
  kept: readonly Kept[],
  unkept: readonly QuarantinedItem[],
): Receipt {
  const eventIds: string[] = []
  const entityIds: string[] = []
  let duplicates = 0
  for (const { item, isDuplicate } of kept) {
    const ids = item.event.kind === 'event' ? eventIds : entityIds
    ids.push(item.id)
    if (isDuplicate) duplicates += 1
  }
  return {
    requestId: server.requestId,
    eventCount: eventIds.length,
    eventIds,
    entityCount: entityIds.length,
    entityIds,
    duplicates,
    quarantined: unkept.slice(0, MAX_NAMED).map(({ index, id, quarantineId, errors }) => ({
      index,
      ...(id !== undefined && { id }),
      quarantineId,
      errors,
    })),
    ...(unkept.length > MAX_NAMED && {
      quarantinedCount: unkept.length,
      quarantinedLink: quarantineLink(sourceId),
    }),
  }
}

/** Tells the sender of a request that waits whole that nothing of it need come again. */
export function acknowledgeForLater(
  sender: { sourceId: string; server: { requestId: string } },
  acceptedForLater: number,
): Receipt {
  return { ...acknowledge(sender, [], []), acceptedForLater }
}

/** By source: what was here before this request, word for word, has that request's id and time. */
export function quarantineLink(sourceId: string): string {
  return `/quarantine?sourceId=${encodeURIComponent(sourceId)}`
}
