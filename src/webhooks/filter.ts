import { indexedFields } from '../event/filter'
import type { EventRecord } from '../event/record'
import type { WebhookFilter } from '../platform/registry/webhooks'

/** Fields a webhook can be narrowed by. */
export const webhookFilterFields = [
  ...indexedFields,
  'action',
  'sourceId',
] as const satisfies readonly WebhookFilter['field'][]

/** Whether the field holds one of the values, compared as text. A missing field never does. */
export function passes(record: EventRecord, filter: WebhookFilter): boolean {
  const value = record[filter.field]
  return value !== undefined && filter.in.includes(value)
}
