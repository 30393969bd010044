import type { EventRecord } from '../event/record'
import { isMembers, type Members, memberOf } from './members'
import type { ReducedEvent } from './reducer'

/** A record as it goes to whoever reduces it: without what only the server is to know. */
export type PlainRecord = Omit<EventRecord, 'server' | 'contentDigest'>

/**
 * Makes of a record what reducers are given.
 * @param isFrozen nothing in it can be changed, for all of them have the same
 */
export function reducedEventOf({ raw, ...record }: PlainRecord, isFrozen = true): ReducedEvent {
  const { server: _, contentDigest: __, ...plain } = record as EventRecord
  const sent = parsed(raw)
  const event = { ...plain, sent, fields: fieldsOf(sent) }
  return isFrozen ? frozen(event) : event
}

// These have what is special to the type of a native event (`detailOf` looks there, too).
const PLACES = ['payload', 'properties', 'data']

function fieldsOf(sent: unknown): Members {
  const client = memberOf(sent, 'client')
  if (isMembers(client) && isMembers(memberOf(sent, 'connection'))) {
    const locked = memberOf(sent, 'locked')
    return isMembers(locked) ? { ...client, ...locked } : client
  }
  const place = PLACES.map((name) => memberOf(sent, name)).find(isMembers)
  return place ?? (isMembers(sent) ? sent : {})
}

/** A raw is JSON whenever it was read; what is damaged since says nothing. */
function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown
  } catch {
    return undefined
  }
}

function frozen<Value>(value: Value): Value {
  const waiting: unknown[] = [value]
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (typeof one !== 'object' || one === null || Object.isFrozen(one)) continue
    Object.freeze(one)
    for (const inner of Object.values(one)) {
      if (typeof inner === 'object' && inner !== null) waiting.push(inner)
    }
  }
  return value
}
