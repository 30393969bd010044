import { AUDIT_TYPES } from '../../event/own'
import type { Notice, Outgoing } from '../../platform/delivery-queue'
import type { WebhookSubscription } from '../../platform/registry/webhooks'
import { messageId } from '../choosing/outgoing'

/** Webhooks can be told of these, by naming them in `events`. `nonius.source.silent` is to come. */
export const noticeNames = [
  'nonius.webhook.failing',
  'nonius.webhook.disabled',
  'nonius.webhook.recovered',
  'nonius.source.silent',
  'nonius.budget.nearly_spent',
  'nonius.budget.spent',
] as const
export type NoticeName = (typeof noticeNames)[number]

/** In `events` this stands for all of them. */
export const ANY_NOTICE = 'nonius.*'

/** Tells names of notices from types of events: none that begins so is a type, but those of the audit trail. */
export function isNoticeName(name: string): boolean {
  return name.startsWith('nonius.') && !name.startsWith(AUDIT_TYPES)
}

/** @returns the rule that a name in `events` breaks, if any */
export function ruleOfNoticeName(name: string): string | undefined {
  if (!isNoticeName(name) || name === ANY_NOTICE) return undefined
  if ((noticeNames as readonly string[]).includes(name)) return undefined
  return `Names that begin with nonius. are those of notices: ${[...noticeNames, ANY_NOTICE].join(', ')}`
}

interface Telling {
  /** The tenant is told. */
  tenantId: string
  notice: Notice & { type: NoticeName }
  /** It is about this webhook, which is not told: one that does not answer hears nothing. */
  about?: string | undefined
  /** ISO 8601 UTC. */
  enqueuedAt: string
}

/**
 * Makes the deliveries of a notice, one for each enabled webhook of the tenant that names it. Filters
 * and rules ask of events, and not of notices. The same notice to the same webhook is the same
 * message.
 */
export function deliveriesOfNotice(
  webhooks: readonly WebhookSubscription[],
  { tenantId, notice, about, enqueuedAt }: Telling,
): Outgoing[] {
  const told = webhooks.filter(
    (webhook) =>
      webhook.tenantId === tenantId &&
      webhook.enabled &&
      webhook.webhookId !== about &&
      [notice.type, ANY_NOTICE].some((name) => webhook.events.includes(name)),
  )
  return told.map(({ webhookId }) => ({
    deliveryId: messageId(JSON.stringify([webhookId, { notice }])),
    ...{ tenantId, webhookId, eventIds: [], enqueuedAt, attempts: 0, notice },
  }))
}
