import type { Receipt } from '../event/receipt'
import { quarantineLink } from './steps/acknowledge'

// As much as a page of events. Of a body of 6 MB with events of 1.5 KB, the ids are a tenth of it.
export const RECEIPT_BYTES = 4 * 1024 * 1024

/**
 * A receipt as JSON that can be sent. A hundred thousand ids may not fit where their events did; then
 * the numbers have to do, for what is stored is stored.
 * @param maxBytes of the JSON; nothing is left out up to there
 */
export function receiptWithin(
  receipt: Receipt,
  sourceId: string,
  maxBytes = RECEIPT_BYTES,
): string {
  const text = JSON.stringify(receipt)
  if (Buffer.byteLength(text) <= maxBytes) return text
  const count = receipt.quarantinedCount ?? receipt.quarantined.length
  const more = { quarantinedCount: count, quarantinedLink: quarantineLink(sourceId) }
  const unnamed = { eventIds: [], entityIds: [], quarantined: [], ...(count > 0 && more) }
  return JSON.stringify({ ...receipt, ...unnamed })
}
