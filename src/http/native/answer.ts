import type { Receipt } from '../../event/receipt'
import type { One } from '../../ingest/one'
import { RECEIPT_BYTES } from '../../ingest/receipt-text'
import { type PublishedEvent, publishedMembers } from '../../standards/native/published'

// Senders look at the first ones; the receipt names the first hundred items with all of theirs.
const SAMPLE = 5

/** The receipt of a list, with the counts and the reasons of test-session telemetry in front of it. */
export function listReceipt(receipt: Receipt) {
  const { eventCount, acceptedForLater = 0, quarantined, quarantinedCount } = receipt
  return {
    accepted: eventCount + acceptedForLater,
    rejected: quarantinedCount ?? quarantined.length,
    rejected_reasons_sample: reasonsIn(quarantined),
    ...receipt,
  }
}

/** The first reasons, each once: `event_type: Required`. */
function reasonsIn(quarantined: Receipt['quarantined']): string[] {
  const reasons = new Set<string>()
  for (const { errors } of quarantined) {
    for (const { path, message } of errors) {
      // The place of the item would make a reason of each.
      const within = path.slice(path.findIndex((step) => typeof step === 'number') + 1)
      reasons.add(within.length === 0 ? message : `${within.join('.')}: ${message}`)
      if (reasons.size === SAMPLE) return [...reasons]
    }
  }
  return [...reasons]
}

/**
 * Words the answer to one event that is held now, or kept for later: the event, and the receipt in it.
 * @param maxBytes beyond them, the payload is left out, which its sender has
 */
export function oneText(
  event: PublishedEvent,
  receipt: Receipt,
  about: { context: One['context']; sourceId: string; maxBytes?: number | undefined },
): string {
  const { maxBytes = RECEIPT_BYTES } = about
  const { envelope, payload } = publishedMembers(event, about)
  const whole = `{${envelope},"payload":${payload},"receipt":${JSON.stringify(receipt)}}`
  if (Buffer.byteLength(whole) <= maxBytes) return whole
  const message = `The payload is stored, and left out of an answer of more than ${maxBytes} bytes`
  const warning = { path: ['payload'], message, code: 'payload_left_out' }
  const said = { ...receipt, warnings: [...(receipt.warnings ?? []), warning] }
  return `{${envelope},"payload":{},"receipt":${JSON.stringify(said)}}`
}
