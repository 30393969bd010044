import type { Receipt } from '../event/receipt'
import { quarantineLink } from './steps/acknowledge'

/**
 * A receipt as JSON that can be sent. A hundred thousand ids may not fit where their events did; then
 * the numbers have to do, for what is stored is stored.
 * @param maxBytes of the JSON; nothing is left out up to there
 */
export function receiptWithin(receipt: Receipt, sourceId: string, maxBytes: number): string {
  const text = JSON.stringify(receipt)
  if (Buffer.byteLength(text) <= maxBytes) return text
  const count = receipt.quarantinedCount ?? receipt.quarantined.length
  const more = { quarantinedCount: count, quarantinedLink: quarantineLink(sourceId) }
  const unnamed = { eventIds: [], entityIds: [], quarantined: [], ...(count > 0 && more) }
  return JSON.stringify({ ...receipt, ...unnamed })
}
