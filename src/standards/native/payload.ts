import { MAX_DEPTH } from '../../event/limits'
import { holdsMoreThan, MAX_ELEMENT_VALUES } from '../../syntax/json-cost'
import { isDeeperThan } from '../../syntax/json-scan'
import { MAX_PAYLOAD_TEXT, payloadNames } from './model'

type Members = Record<string, unknown>

/** Returns what an event says under the first name of a payload that it has. */
export function payloadOf(members: Members): Members | undefined {
  for (const name of payloadNames) {
    const value = members[name]
    if (value !== undefined && value !== null) return value as Members
  }
  return undefined
}

/** Puts the object in place of its text: a table of a database has its payload so. */
export function withReadPayload(members: unknown): unknown {
  if (typeof members !== 'object' || members === null) return members
  const { payload_json: text } = members as Members
  if (typeof text !== 'string' || text.length > MAX_PAYLOAD_TEXT) return members
  if (isDeeperThan(text, MAX_DEPTH) || holdsMoreThan(text, MAX_ELEMENT_VALUES)) return members
  try {
    return { ...members, payload_json: JSON.parse(text) as unknown }
  } catch {
    return members
  }
}
