import type { EventRecord } from '../../event/record'

interface Shown {
  /** If true, the object of the event is the subject. */
  hasSubject: boolean
  /** The event has so many bytes, and is not in it. */
  thinBytes?: number
}

/**
 * Writes a CloudEvent 1.0 in its JSON format.
 * @param data JSON, which stays to the letter
 */
export function cloudEventText(
  record: EventRecord,
  data: string,
  { hasSubject, thinBytes }: Shown,
): string {
  const { tenantId, sourceId, eventId, standard, type, objectId, repair } = record
  const attributes = {
    specversion: '1.0',
    id: attribute(eventId),
    source: `/tenants/${encodeURIComponent(tenantId)}/sources/${encodeURIComponent(sourceId)}`,
    type: attribute(`nonius.${standard}.${type}`),
    ...(hasSubject && objectId && { subject: attribute(objectId) }),
    time: record.eventTime,
    datacontenttype: 'application/json',
    // Names of extensions are of lower-case letters and digits, at most 20 (3.1.1).
    receivedat: record.receivedAt,
    ...(repair && { repairedby: attribute(repair.by), repairedat: repair.at }),
    // An integer has 32 bits; no event is larger than a request.
    ...(thinBytes !== undefined && { thinbytes: thinBytes }),
  }
  return `${JSON.stringify(attributes).slice(0, -1)},"data":${data}}`
}

/** Attributes have no control characters and no halves of characters (CloudEvents, 3.2). */
function attribute(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, encodeURIComponent)
}
