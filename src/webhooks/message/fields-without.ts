import { readItemPath, readPath } from '../../event/conditions/path'
import { type Subject, subjectOf } from '../../event/conditions/subject'
import type { EventRecord } from '../../event/record'
import type { WebhookSubscription } from '../../platform/registry/webhooks'

/** Lists those of the fields that a webhook is sent which find nothing in this event. */
export function fieldsWithout(
  { format, fields = [] }: Pick<WebhookSubscription, 'format' | 'fields'>,
  record: EventRecord,
): string[] {
  const subject = subjectOf(record)
  const isThere = format === 'record' ? isInRecord : isInItem
  return fields.filter((field) => !isThere(field, subject))
}

function isInRecord(field: string, { record }: Subject): boolean {
  const place = readPath(field)
  const from = typeof place !== 'string' && place.of === 'record' ? place.from : [field]
  const value = from.reduce<unknown>((at, name) => (at as never)?.[name], record)
  return value !== undefined
}

function isInItem(field: string, subject: Subject): boolean {
  const place = readItemPath(field)
  // A list is gone through element by element, whichever way the field is written.
  return typeof place !== 'string' && subject.inItem({ ...place, isPointer: false }).isThere
}
