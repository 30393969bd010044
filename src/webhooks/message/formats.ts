import type { EventRecord } from '../../event/record'
import { shownRecord } from '../../event/shown-record'
import type { WebhookSubscription } from '../../platform/registry/webhooks'
import { type Selection, selectionOf, selectJson } from '../../syntax/json-select'
import { cloudEventText } from './cloud-event'
import { fieldOf, stepsOf } from './fields'
import { thinText } from './thin'

type Chosen = Pick<WebhookSubscription, 'format' | 'fields'>

/** Writes an event as JSON, in the format of a webhook. */
export type Write = (record: EventRecord) => string

/** Returns what writes events for a webhook. */
export function writerFor({ format = 'raw', fields }: Chosen): Write {
  if (format === 'thin') return thinText
  if (format === 'record') {
    const write = (record: EventRecord) => JSON.stringify(shownRecord(record))
    return fields === undefined ? write : selecting(write, selectionFor(fields, fieldOf))
  }
  const write = ({ raw }: EventRecord) => raw
  const data = fields === undefined ? write : selecting(write, selectionFor(fields, stepsOf))
  if (format === 'raw') return data
  // Whoever chooses what is sent is not told of what he left out.
  const hasSubject = fields === undefined
  return (record) => cloudEventText(record, data(record), { hasSubject })
}

/** Writes an event that is too large for a message, in the same format, without its content. */
export function thinWriterFor({ format }: Chosen): (record: EventRecord, bytes: number) => string {
  if (format !== 'cloudevents') return thinText
  return (record, bytes) =>
    cloudEventText(record, thinText(record), { hasSubject: false, thinBytes: bytes })
}

function selecting(write: Write, selection: Selection): Write {
  return (record) => selectJson(write(record), selection)
}

/** Fields were read before; those that earlier or later versions knew select nothing. */
function selectionFor(
  fields: readonly string[],
  read: (field: string) => readonly string[] | string | undefined,
): Selection {
  const steps = fields.map(read)
  return selectionOf(steps.filter((one): one is readonly string[] => Array.isArray(one)))
}
