import type { Receipt } from '../event/receipt'
import type { StandardFacts } from '../standards/standard'
import { quarantineLink } from './steps/acknowledge'

// As much as a page of events. Of a body of 6 MB with events of 1.5 KB, the ids are a tenth of it.
export const RECEIPT_BYTES = 4 * 1024 * 1024

interface Wording {
  standard: Pick<StandardFacts, 'reply'>
  sourceId: string
  /** Of the text; nothing is left out up to there. */
  maxBytes?: number | undefined
}

const wordings: Record<StandardFacts['reply'], typeof receiptWithin> = { receipt: receiptWithin }

/** The text that tells a sender how its items fared, as its standard words it. */
export function receiptText(
  receipt: Receipt,
  { standard, sourceId, maxBytes = RECEIPT_BYTES }: Wording,
): string {
  return wordings[standard.reply](receipt, sourceId, maxBytes)
}

/**
 * A receipt as JSON that can be sent. A hundred thousand ids may not fit where their events did; then
 * the numbers have to do, for what is stored is stored.
 */
function receiptWithin(receipt: Receipt, sourceId: string, maxBytes: number): string {
  const text = JSON.stringify(receipt)
  if (Buffer.byteLength(text) <= maxBytes) return text
  const count = receipt.quarantinedCount ?? receipt.quarantined.length
  const more = { quarantinedCount: count, quarantinedLink: quarantineLink(sourceId) }
  const unnamed = { eventIds: [], entityIds: [], quarantined: [], ...(count > 0 && more) }
  return JSON.stringify({ ...receipt, ...unnamed })
}
