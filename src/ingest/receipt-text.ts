import type { Receipt } from '../event/receipt'
import type { StandardFacts } from '../standards/standard'
import { quarantineLink } from './steps/acknowledge'

// A receipt may be as large as a page of events. The ids of a body of 6 MB with events of 1.5 KB
// are a tenth of it.
export const RECEIPT_BYTES = 4 * 1024 * 1024

export interface Wording {
  standard: Pick<StandardFacts, 'reply'>
  sourceId: string
  /** The limit holds for the text; up to there nothing is left out. */
  maxBytes?: number | undefined
}

const wordings: Record<StandardFacts['reply'], typeof receiptWithin> = { receipt: receiptWithin }

/** Writes the text that tells a sender how its items fared, in the form of its standard. */
export function receiptText(
  receipt: Receipt,
  { standard, sourceId, maxBytes = RECEIPT_BYTES }: Wording,
): string {
  return wordings[standard.reply](receipt, sourceId, maxBytes)
}

/**
 * Writes a receipt as JSON that can be sent. A hundred thousand ids may not fit where their events
 * did; then the receipt has the numbers alone, because the events are stored already.
 */
function receiptWithin(receipt: Receipt, sourceId: string, maxBytes: number): string {
  const text = JSON.stringify(receipt)
  if (Buffer.byteLength(text) <= maxBytes) return text
  const count = receipt.quarantinedCount ?? receipt.quarantined.length
  const more = { quarantinedCount: count, quarantinedLink: quarantineLink(sourceId) }
  const unnamed = { eventIds: [], entityIds: [], quarantined: [], ...(count > 0 && more) }
  return JSON.stringify({ ...receipt, ...unnamed })
}
