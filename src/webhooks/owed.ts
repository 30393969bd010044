import type { Span } from '../platform/change-feed'
import type { WebhookSubscription } from '../platform/registry/webhooks'

type Switched = Pick<WebhookSubscription, 'enabled' | 'owed'>

// Whoever switches a webhook on and off more often than this while the feed is behind may miss what
// was stored in the oldest of these times.
const MAX_SPANS = 10

/**
 * What a webhook is owed once it is switched on or off.
 * @param before as it was, unless it is new
 * @param mark of this moment (`ServingPlatform.mark`)
 */
export function owedWhen(enabled: boolean, mark: string, before?: Switched): Span[] {
  const spans = before === undefined ? [] : spansOf(before)
  const open = spans.at(-1)
  const isOpen = open !== undefined && open.until === undefined
  if (enabled === isOpen) return spans
  const next = enabled ? [...spans, { from: mark }] : spans.with(-1, { ...open!, until: mark })
  return next.slice(-MAX_SPANS)
}

/** @param isWithin whether something was stored within a span */
export function isOwed(webhook: Switched, isWithin: (span: Span) => boolean): boolean {
  return spansOf(webhook).some(isWithin)
}

/** Whether anything that is still to be stored could be owed, or something that waits in the feed. */
export function mayBeOwed(webhook: Switched): boolean {
  return spansOf(webhook).length > 0
}

// Before every mark: on one machine positions count from 0, on AWS times from 1970.
const BEGINNING = '0'

function spansOf({ enabled, owed }: Switched): Span[] {
  return owed ?? (enabled ? [{ from: BEGINNING }] : [])
}
