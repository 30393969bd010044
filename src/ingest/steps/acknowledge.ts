import type { Receipt, ReceiptBlocked, Withheld } from '../../event/receipt'
import type { QuarantinedItem } from '../../platform/quarantine-store'
import type { Stored } from '../arrival'
import type { QuarantinedBody } from './quarantine-body'

// A sender that gets everything wrong sends thousands of items at a time, and its every reply would
// be larger than what it sent. A hundred items show what is wrong.
export const MAX_NAMED = 100

/** The policy of the tenant decided this of a request. */
interface Told {
  withheld?: Withheld[] | undefined
  blocked?: ReceiptBlocked | undefined
}

/** Tells the sender how every item fared. */
export function acknowledge(
  { sourceId, server }: { sourceId: string; server: { requestId: string } },
  stored: readonly Stored[],
  quarantined: readonly QuarantinedItem[],
  { withheld = [], blocked }: Told = {},
): Receipt {
  const eventIds: string[] = []
  const entityIds: string[] = []
  let duplicates = 0
  for (const { item, isDuplicate } of stored) {
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
    quarantined: quarantined.slice(0, MAX_NAMED).map(({ index, id, quarantineId, errors }) => ({
      index,
      ...(id !== undefined && { id }),
      quarantineId,
      errors,
    })),
    ...(quarantined.length > MAX_NAMED && {
      quarantinedCount: quarantined.length,
      quarantinedLink: quarantineLink(sourceId),
    }),
    ...(withheld.length > 0 && { withheld }),
    ...(blocked && { blocked }),
  }
}

/** Tells the sender where an unreadable body of its batch is. */
export function acknowledgeUnread(
  sender: { sourceId: string; server: { requestId: string } },
  { quarantineId, errors, withheld }: QuarantinedBody,
): Receipt {
  return {
    ...acknowledge(sender, [], [], { withheld }),
    quarantined: [{ index: 0, quarantineId, errors }],
  }
}

/** Tells the sender of a request that waits whole that it need not be sent again. */
export function acknowledgeForLater(
  sender: { sourceId: string; server: { requestId: string } },
  acceptedForLater: number,
  eventIds: string[] = [],
): Receipt {
  return { ...acknowledge(sender, [], []), eventIds, acceptedForLater }
}

/**
 * Links to the quarantined items of a source, not of a request: an item that was here before, word
 * for word, has its first request's id and time.
 */
export function quarantineLink(sourceId: string): string {
  return `/quarantine?sourceId=${encodeURIComponent(sourceId)}`
}
