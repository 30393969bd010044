import { holdsMoreThan, MAX_ELEMENT_VALUES } from '../../../syntax/json-cost'
import { isJsonType } from '../../../syntax/media-type'
import type { Dialect, Members } from './dialect'
import { isObject } from './look-up'

/*
 * CloudEvents 1.0 in the JSON format: attributes beside `data`, or `data_base64` for bytes. Over HTTP
 * in binary mode the attributes are headers; its door puts both together (`http/native`).
 */
export const cloudevents: Dialect = {
  name: 'cloudevents',
  words: { one: 'CloudEvent', many: 'CloudEvents' },
  isOne: ({ specversion, type }) => typeof specversion === 'string' && type !== undefined,
  mayBeOne: ({ type, source, data }) =>
    typeof type === 'string' && (source !== undefined || data !== undefined),
  prepare(item) {
    const { id, source } = item
    // An id is its source's own. No source has a space in it, being a URI.
    const isWhole = typeof id === 'string' && id !== '' && typeof source === 'string'
    const key = isWhole ? `${source} ${id}` : id
    return { ...item, key, object: isObject(item.data) ? item.data : undefined }
  },
  members: {
    event_type: 'type',
    event_id: 'key id',
    timestamp: 'time',
    user_id: 'data.user_id data.userId data.user.id data.actor.id userid',
    session_id: 'data.session_id data.sessionId sessionid',
    source: 'source',
    payload: 'object',
  },
  fields: {},
  otherwise: { objectId: 'subject' },
  hasOwnTypes: () => false,
}

/** Reads the object that a CloudEvent carries as itself, as JSON text, or as bytes of that. */
export function carriedBy({ data, data_base64: bytes, datacontenttype }: Members): unknown {
  if (isObject(data)) return data
  if (typeof data === 'string') return objectIn(data)
  if (typeof bytes !== 'string' || bytes.length > MAX_CARRIED) return undefined
  const mayBe = typeof datacontenttype !== 'string' || isJsonType(datacontenttype)
  return mayBe ? objectIn(Buffer.from(bytes, 'base64').toString()) : undefined
}

// Most events have kilobytes; what is longer is read as bytes of its own.
const MAX_CARRIED = 1024 * 1024

function objectIn(text: string): unknown {
  if (text.length > MAX_CARRIED || !/^\s*\{/.test(text)) return undefined
  if (holdsMoreThan(text, MAX_ELEMENT_VALUES)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
