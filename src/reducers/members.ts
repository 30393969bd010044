import type { ReducedEvent } from './reducer'

export type Members = Readonly<Record<string, unknown>>

/** Says that a value is an object with members, and no array. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads a member of a value by its own name: what an object inherits is none. */
export function memberOf(value: unknown, name: string): unknown {
  return isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** The names under which a native event has what is special to its type. */
const PLACES = ['payload', 'properties', 'data']

/**
 * Reads what an event says beside what all events say. Of a frame of Learning Observer's stream it is the
 * frame, over which locked fields win; of a native event its payload; of anything else the item itself.
 */
export function detailOf({ sent }: ReducedEvent, name: string): unknown {
  const client = memberOf(sent, 'client')
  if (isMembers(client) && isMembers(memberOf(sent, 'connection'))) {
    const locked = memberOf(sent, 'locked')
    const wins = isMembers(locked) && Object.hasOwn(locked, name)
    return wins ? locked[name] : memberOf(client, name)
  }
  const place = PLACES.find((one) => isMembers(memberOf(sent, one)))
  return memberOf(place === undefined ? sent : memberOf(sent, place), name)
}

/** Reads a text that is not empty, as long as others may keep it; numbers are ids as well. */
export function textOf(value: unknown, longest: number): string | undefined {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
  return typeof text === 'string' && text !== '' ? cut(text, longest) : undefined
}

/** Cuts a text, never through a character of two halves: half of one is no JSON for everybody. */
export function cut(text: string, longest: number): string {
  return text.length <= longest ? text : text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')
}
