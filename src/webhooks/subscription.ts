import { itemPartsOf } from '../event/conditions/cost'
import { matcherOf } from '../event/conditions/match'
import type { Subject } from '../event/conditions/subject'
import { passes } from '../event/filter'
import type { EventRecord } from '../event/record'
import type { WebhookSubscription } from '../platform/registry/webhooks'

/**
 * Tells whether a webhook gets a record that it is owed (`owed.ts`): a record of its tenant, of a
 * type it names, that passes all its filters.
 */
export function wants(webhook: WebhookSubscription, subject: Subject): boolean {
  const { record } = subject
  return (
    webhook.tenantId === record.tenantId &&
    namesType(webhook.events, record) &&
    webhook.filters.every((filter) =>
      'field' in filter ? passes(record, filter) : matcherOf(filter)(subject),
    )
  )
}

/** Tells whether a filter asks for what stands in the item as it was sent. */
export function looksIntoItems({ filters }: Pick<WebhookSubscription, 'filters'>): boolean {
  return filters.some((filter) => !('field' in filter) && itemPartsOf(filter) > 0)
}

/**
 * Tells whether the types name that of a record. `*` is every event, not every entity: describes go
 * only to webhooks that name their type.
 */
function namesType(types: readonly string[], { kind, type }: EventRecord): boolean {
  return types.includes(type) || (kind === 'event' && types.includes('*'))
}
