import type { ReadItem } from '../../event/reading'
import type { Receipt } from '../../event/receipt'
import type { QuarantinedItem } from '../../platform/quarantine-store'

/** An item that is in the event store now, and whether it was before. */
export interface Kept {
  item: Extract<ReadItem, { event: unknown }>
  isDuplicate: boolean
}

/** Tells the sender what became of every item. */
export function acknowledge(
  requestId: string,
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
    requestId,
    eventCount: eventIds.length,
    eventIds,
    entityCount: entityIds.length,
    entityIds,
    duplicates,
    quarantined: unkept.map(({ index, id, quarantineId, errors }) => ({
      index,
      ...(id !== undefined && { id }),
      quarantineId,
      errors,
    })),
  }
}
