import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import type { Receipt } from '../../event/receipt'
import type { Heard, Parsed } from '../../ingest/arrival'
import { RECEIPT_BYTES } from '../../ingest/receipt-text'
import { type PublishedEvent, publishedMembers } from '../../standards/native/published'

/** One event that was sent by itself, as it was read. */
export interface One {
  event?: PublishedEvent
  errors: readonly Issue[]
  context: Record<string, string>
  heard: Heard
}

/** @returns undefined for a body that is a list, however short, or was none of our events' own */
export function oneIn(parsed: Parsed, heard: Heard): One | undefined {
  if (Array.isArray(parsed) || parsed.isOne !== true) return undefined
  const { items, context } = parsed
  const [item] = items
  if (item === undefined) return undefined
  if ('event' in item) return { event: item.event, errors: [], context, heard }
  return { errors: item.errors, context, heard }
}

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

/**
 * Tells whether an event is in quarantine only until its type is registered, as its tenant wishes: its
 * sender has done nothing wrong.
 */
export function isAwaited({ quarantined: [refused] }: Receipt, { heard }: One): boolean {
  if (refused === undefined || heard.types?.unknownTypes !== 'quarantine') return false
  return refused.errors.every(({ code }) => code === 'unknown_type')
}

/** The problem of one event that is refused: every reason, and where it is now. */
export function refusalOfOne(reasons: readonly Issue[], quarantineId?: string): AppError {
  // Some are found as in a list; this event is the whole body.
  const errors = reasons.map((reason) =>
    reason.path[0] === 0 ? { ...reason, path: reason.path.slice(1) } : reason,
  )
  const [first] = errors
  const said = first === undefined ? '' : ` ${[first.path.join('.'), first.message].join(': ')}.`
  const kept = quarantineId === undefined ? 'It is kept.' : 'It is in quarantine.'
  const more = errors.length > 1 ? ` And ${errors.length - 1} more.` : ''
  return new AppError('invalid_event', `The event cannot be stored.${said}${more} ${kept}`, {
    errors,
    ...(quarantineId !== undefined && { extra: { quarantineId } }),
  })
}
