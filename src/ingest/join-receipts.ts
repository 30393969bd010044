import type { Receipt } from '../event/receipt'
import { MAX_NAMED, quarantineLink } from './steps/acknowledge'

/** What became of one of several bodies in a request, and how many items it had. */
export interface PartReceipt {
  receipt: Omit<Receipt, 'requestId'>
  size: number
}

/**
 * One receipt for all bodies of a request: `index` counts through all of them, and paths begin with
 * the place of the body.
 */
export function joinReceipts(
  { sourceId, requestId }: { sourceId: string; requestId: string },
  parts: readonly PartReceipt[],
): Receipt {
  const eventIds = parts.flatMap(({ receipt }) => receipt.eventIds)
  const entityIds = parts.flatMap(({ receipt }) => receipt.entityIds)
  let before = 0
  const quarantined = parts.flatMap(({ receipt, size }, place) => {
    const items = receipt.quarantined.map((item) => ({
      ...item,
      index: before + item.index,
      errors: item.errors.map((issue) => ({ ...issue, path: [place, ...issue.path] })),
    }))
    before += size
    return items
  })
  const count = sum(
    parts,
    ({ quarantinedCount, quarantined: named }) => quarantinedCount ?? named.length,
  )
  const later = sum(parts, ({ acceptedForLater = 0 }) => acceptedForLater)
  return {
    requestId,
    eventCount: eventIds.length,
    eventIds,
    entityCount: entityIds.length,
    entityIds,
    duplicates: sum(parts, ({ duplicates }) => duplicates),
    quarantined: quarantined.slice(0, MAX_NAMED),
    ...(later > 0 && { acceptedForLater: later }),
    ...(count > MAX_NAMED && {
      quarantinedCount: count,
      quarantinedLink: quarantineLink(sourceId),
    }),
  }
}

function sum(
  parts: readonly PartReceipt[],
  of: (receipt: PartReceipt['receipt']) => number,
): number {
  return parts.reduce((total, { receipt }) => total + of(receipt), 0)
}
