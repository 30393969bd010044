import type { Issue } from '../error/issue'
import type { Receipt, Withheld } from '../event/receipt'
import { addedUp } from './added-up'
import { blockedOf } from './blocked'
import { MAX_NAMED, quarantineLink } from './steps/acknowledge'

// An id stands in quotes, with a comma after it.
const AROUND_ID = 3
const MAX_WARNINGS = 100

/**
 * Adds up the receipts of the pieces of one body, whose items are counted through all of them. Of so
 * many ids that they could not be sent, none is kept.
 * @param maxBytes of the ids
 */
export function createTotal(
  { sourceId, requestId }: { sourceId: string; requestId: string },
  maxBytes: number,
) {
  const eventIds: string[] = []
  const quarantined: Receipt['quarantined'] = []
  const warnings: Issue[] = []
  let withheld: Withheld[] = []
  let blocked: Receipt['blocked']
  let idBytes = 0
  let [eventCount, entityCount, duplicates, quarantinedCount, later] = [0, 0, 0, 0, 0]

  return {
    add(receipt: Receipt): void {
      eventCount += receipt.eventCount
      entityCount += receipt.entityCount
      duplicates += receipt.duplicates
      quarantinedCount += receipt.quarantinedCount ?? receipt.quarantined.length
      later += receipt.acceptedForLater ?? 0
      quarantined.push(...receipt.quarantined.slice(0, MAX_NAMED - quarantined.length))
      withheld = addedUp([...withheld, ...(receipt.withheld ?? [])])
      blocked = blockedOf([blocked, receipt.blocked])
      warnings.push(...(receipt.warnings ?? []).slice(0, MAX_WARNINGS - warnings.length))
      for (const id of receipt.eventIds) {
        if (idBytes > maxBytes) break
        idBytes += Buffer.byteLength(id) + AROUND_ID
        eventIds.push(id)
      }
      if (idBytes > maxBytes) eventIds.length = 0
    },

    receipt(): Receipt {
      return {
        requestId,
        eventCount,
        eventIds,
        entityCount,
        entityIds: [],
        duplicates,
        quarantined,
        ...(later > 0 && { acceptedForLater: later }),
        ...(quarantinedCount > MAX_NAMED && {
          quarantinedCount,
          quarantinedLink: quarantineLink(sourceId),
        }),
        ...(withheld.length > 0 && { withheld }),
        ...(blocked && { blocked }),
        ...(warnings.length > 0 && { warnings }),
      }
    },
  }
}
