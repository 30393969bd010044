import { MAX_DEPTH } from '../event/limits'
import { holdsMoreThan, MAX_ELEMENT_VALUES } from '../syntax/json-cost'
import { isDeeperThan } from '../syntax/json-scan'
import { isObject, type Members, own } from './members'

/** The `event` of these frames means something to the server; that of all others is a type of event. */
export const reserved = ['lock_fields', 'terminate', 'save_blob', 'fetch_blob'] as const

/** A frame of a client as it came, whatever it says. */
export interface Sent {
  /** Frames of a connection are counted from 1. */
  n: number
  /** It arrived then, ISO 8601 UTC. */
  at: string
  /** The text of the frame; base64 of its bytes when `isBinary`. */
  text: string
  isBinary?: true
}

/** A frame is kept in quarantine for this, and is no event; a client is told so. */
export interface Refusal {
  code: string
  /** `event: Expected a string`, where a path leads to what is wrong. */
  message: string
  path: (string | number)[]
}

export type ReadFrame =
  | { kind: (typeof reserved)[number] | 'event'; members: Members }
  | { kind: 'broken'; refusal: Refusal }

// The type of an event has at most so many characters (Caliper 1.1, Appendix G).
const MAX_TYPE_LENGTH = 256
// A record has the frame one level down; the rest is room for whatever is made of it later.
const MAX_FRAME_DEPTH = MAX_DEPTH - 4

/** Reads one frame. Never throws: a frame that cannot be read says why. */
export function readFrame({ text, isBinary }: Pick<Sent, 'text' | 'isBinary'>): ReadFrame {
  if (isBinary) return broken('wrong_type', 'Expected text; got a binary frame')
  if (isDeeperThan(text, MAX_FRAME_DEPTH)) {
    return broken('too_deep', `Nested more than ${MAX_FRAME_DEPTH} levels deep`)
  }
  if (holdsMoreThan(text, MAX_ELEMENT_VALUES)) {
    return broken('too_many_values', `Holds more than ${MAX_ELEMENT_VALUES} values`)
  }
  let members: unknown
  try {
    members = JSON.parse(text)
  } catch {
    return broken('invalid_json', 'Expected JSON')
  }
  if (!isObject(members)) {
    const got = Array.isArray(members) ? 'an array' : members === null ? 'null' : typeof members
    return broken('not_an_object', `Expected an object; got ${got}`)
  }
  const event = own(members, 'event')
  if (event === undefined) return broken('required', 'Required', ['event'])
  if (typeof event !== 'string') return broken('wrong_type', 'Expected a string', ['event'])
  if (event === '' || event.length > MAX_TYPE_LENGTH) {
    const message = `Expected 1 to ${MAX_TYPE_LENGTH} characters; got ${event.length}`
    return broken(event === '' ? 'too_short' : 'too_long', message, ['event'])
  }
  if (event === 'lock_fields' && !isObject(own(members, 'fields'))) {
    return broken('wrong_type', 'Expected an object', ['fields'])
  }
  if (event === 'save_blob' && !Object.hasOwn(members, 'blob')) {
    return broken('required', 'Required', ['blob'])
  }
  const kind = reserved.find((name) => name === event) ?? 'event'
  return { kind, members }
}

function broken(code: string, said: string, path: Refusal['path'] = []): ReadFrame {
  const message = path.length === 0 ? said : `${path.join('.')}: ${said}`
  return { kind: 'broken', refusal: { code, message, path } }
}
