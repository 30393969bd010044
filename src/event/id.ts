import { v5 } from 'uuid'
import { canonicalJson } from '../syntax/canonical-json'

// The namespace was drawn once at random, and is ours alone. Changing it would make every resend
// look new.
const NAMESPACE = '1ed578b1-2424-425a-ab6d-e93c1a1e2143'

const encoder = new TextEncoder()

/**
 * Derives an id for an item that has none, or whose id names a thing and not this account of it (an
 * entity describe). The id is the same for the same content, however it is written: a version 5
 * UUID as a URN, the form that Caliper asks of an event's id (1.2, 4.2).
 * @param raw the item, JSON text
 * @param distinct a further part of the content, which the item does not say of itself
 */
export function derivedId(raw: string, distinct = ''): string {
  return `urn:uuid:${derivedUuid(raw, distinct)}`
}

/** Derives the same as a bare UUID, the form of xAPI. */
export function derivedUuid(raw: string, distinct = ''): string {
  return v5(encoder.encode(distinct + canonicalJson(raw)), NAMESPACE)
}

/** Derives the same as `evt_` and the 32 hexadecimal digits of that UUID, the form of native events. */
export function derivedNativeId(raw: string, distinct = ''): string {
  return `evt_${derivedUuid(raw, distinct).replaceAll('-', '')}`
}

/**
 * Names the event of a frame of a stream: never by its content, so that one that is read again is known. That
 * of frame 0 is the entity of its connection.
 */
export function frameId(connectionId: string, n: number): string {
  return `obs_${connectionId}_${n}`
}
