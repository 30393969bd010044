import type { Span } from '../platform/change-feed'
import type { WebhookSubscription } from '../platform/registry/webhooks'

type Switched = Pick<WebhookSubscription, 'enabled' | 'owed'>

// A webhook that is switched on and off more often than this while the feed is behind may miss
// records that were stored in the oldest of these times.
const MAX_SPANS = 10

/**
 * Returns the spans that a webhook is owed once it is switched on or off.
 * @param before the webhook as it was, unless it is new
 * @param mark the mark of this moment (`ServingPlatform.mark`)
 */
export function owedWhen(enabled: boolean, mark: string, before?: Switched): Span[] {
  const spans = before === undefined ? [] : spansOf(before)
  const open = spans.at(-1)
  const isOpen = open !== undefined && open.until === undefined
  if (enabled === isOpen) return spans
  const next = enabled ? [...spans, { from: mark }] : spans.with(-1, { ...open!, until: mark })
  return next.slice(-MAX_SPANS)
}

/** Tells whether a record is owed. @param isWithin tells whether it was stored within a span */
export function isOwed(webhook: Switched, isWithin: (span: Span) => boolean): boolean {
  return spansOf(webhook).some(isWithin)
}

/**
 * Tells whether the webhook could be owed a record that is still to be stored, or one that waits in
 * the feed.
 */
export function mayBeOwed(webhook: Switched): boolean {
  return spansOf(webhook).length > 0
}

// The beginning is before every mark: on one machine positions count from 0, on AWS times from
// 1970.
const BEGINNING = '0'

function spansOf({ enabled, owed }: Switched): Span[] {
  return owed ?? (enabled ? [{ from: BEGINNING }] : [])
}
