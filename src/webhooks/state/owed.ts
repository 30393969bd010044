import type { Span } from '../../platform/change-feed'
import type { WebhookSubscription } from '../../platform/registry/webhooks'

type Owing = Pick<WebhookSubscription, 'enabled' | 'owed'>

/**
 * Returns the spans that a webhook is owed once it is made or written: whatever is stored from then
 * on, enabled or not, beside what it was owed before.
 * @param mark the mark of this moment (`ServingPlatform.mark`)
 * @param before the webhook as it was, unless it is new
 */
export function owedFrom(mark: string, before?: Owing): Span[] {
  const spans = before === undefined ? [] : spansOf(before)
  const isOpen = spans.some(({ until }) => until === undefined)
  return isOpen ? spans : [...spans, { from: mark }]
}

/** Tells whether a record is owed. @param isWithin tells whether it was stored within a span */
export function isOwed(webhook: Owing, isWithin: (span: Span) => boolean): boolean {
  return spansOf(webhook).some(isWithin)
}

// The beginning is before every mark: on one machine positions count from 0, on AWS times from
// 1970.
const BEGINNING = '0'

/** A webhook of an earlier version may lack its spans, or have them end where it was disabled. */
function spansOf({ enabled, owed }: Owing): Span[] {
  return owed ?? (enabled ? [{ from: BEGINNING }] : [])
}
