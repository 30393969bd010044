import { tooManyItems } from '../event/json-body'
import { MAX_ITEMS } from '../event/limits'
import type { Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import type { Steps } from '../syntax/steps'
import { addedUp } from './added-up'
import { isUnreadable, type Part, type Unreadable } from './arrival'
import { blockedOf } from './blocked'
import { MAX_NAMED, quarantineLink } from './steps/acknowledge'

/**
 * Reads each body of a batch. A body that cannot be read costs the others nothing.
 * @returns the first one's reasons when none can be read
 * @throws {AppError} `too_large` for all together
 */
export function* readingBatch(
  texts: readonly string[],
  read: (text: string) => Steps<Reading | Unreadable>,
): Steps<Part[] | Unreadable> {
  let first: Unreadable | undefined
  let readings = 0
  let size = 0
  const parts: Part[] = []
  for (const [place, text] of texts.entries()) {
    const outcome = yield* read(text)
    if (isUnreadable(outcome)) {
      first ??= { ...outcome, errors: placed(outcome.errors, place) }
      parts.push({ text, unreadable: outcome })
      size += 1
    } else {
      readings += 1
      parts.push({ text, reading: outcome })
      size += outcome.items.length
    }
    yield
  }
  if (first !== undefined && readings === 0) return first
  if (size > MAX_ITEMS) throw tooManyItems()
  return parts
}

/** A part receipt is the receipt of one body of a batch, with the number of its items. */
export interface PartReceipt {
  receipt: Omit<Receipt, 'requestId'>
  size: number
}

/**
 * Joins the receipts of all bodies of a request into one: `index` counts through all of them, and
 * paths begin with the place of the body.
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
      errors: placed(item.errors, place),
    }))
    before += size
    return items
  })
  const count = sum(
    parts,
    ({ quarantinedCount, quarantined: named }) => quarantinedCount ?? named.length,
  )
  const later = sum(parts, ({ acceptedForLater = 0 }) => acceptedForLater)
  const withheld = addedUp(parts.flatMap(({ receipt }) => receipt.withheld ?? []))
  const blocked = blockedOf(parts.map(({ receipt }) => receipt.blocked))
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
    ...(withheld.length > 0 && { withheld }),
    ...(blocked && { blocked }),
  }
}

function placed<I extends { path: (string | number)[] }>(issues: readonly I[], place: number): I[] {
  return issues.map((issue) => ({ ...issue, path: [place, ...issue.path] }))
}

function sum(
  parts: readonly PartReceipt[],
  of: (receipt: PartReceipt['receipt']) => number,
): number {
  return parts.reduce((total, { receipt }) => total + of(receipt), 0)
}
