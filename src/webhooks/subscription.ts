import { passes } from '../event/filter'
import type { EventRecord } from '../event/record'
import type { WebhookSubscription } from '../platform/registry/webhooks'

/**
 * Whether a webhook is to be told of a record that it is owed (`owed.ts`): one of its tenant, of a type
 * it names, that passes all its filters.
 */
export function wants(webhook: WebhookSubscription, record: EventRecord): boolean {
  return (
    webhook.tenantId === record.tenantId &&
    namesType(webhook.events, record) &&
    webhook.filters.every((filter) => passes(record, filter))
  )
}

/** `*` is every event, not every entity: describes come only to those who name their type. */
function namesType(types: readonly string[], { kind, type }: EventRecord): boolean {
  return types.includes(type) || (kind === 'event' && types.includes('*'))
}
