import type { SamplingClass } from '../../event/event-type'
import type { ReadEvent } from '../../event/reading'
import { standards } from '../../standards'
import type { Governable } from './decision'

/** Types that are views of pages and the like, of standards whose types are registered nowhere. */
const highVolume = new Map<string, ReadonlySet<string>>(
  standards.map(({ name, highVolumeTypes = [] }) => [name, new Set(highVolumeTypes)]),
)

/**
 * Says by which class an event may be sampled. What is learned and what went wrong never is, nor what nobody
 * said anything of: a type that is not registered may be either.
 */
export function samplingClassOf(
  event: Pick<ReadEvent, 'standard' | 'type' | 'sampling' | 'kind'>,
): SamplingClass {
  if (event.sampling !== undefined) return event.sampling
  if (event.kind !== 'event') return 'never'
  return highVolume.get(event.standard)?.has(event.type) ? 'high-volume' : 'never'
}

/**
 * Tells whether an event is in the sample: the same for all events of a session, whenever and wherever it is
 * asked, so that sessions stay whole; without a session, for all of a person, else for the event. Whoever is in
 * a sample is in each that is larger. Tenants draw apart.
 */
export function isSampled(event: Governable, rate: number): boolean {
  const { tenantId, sessionId, actorId, eventId } = event
  return drawOf(tenantId, sessionId ?? actorId ?? eventId) < rate
}

// FNV-1a, 32 bits: its offset and its prime.
const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/** Draws a number from 0 to 1, exclusive, the same for the same texts. */
function drawOf(tenantId: string, unit: string): number {
  // A separator between, so that no tenant's end is another's beginning.
  const hash = hashed(unit, hashed('\u0000', hashed(tenantId, OFFSET)))
  return mixed(hash) / 2 ** 32
}

function hashed(text: string, from: number): number {
  let hash = from
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    hash = Math.imul(hash ^ (unit & 0xff), PRIME)
    hash = Math.imul(hash ^ (unit >>> 8), PRIME)
  }
  return hash
}

/** Spreads what differs in the last characters over all bits (the finaliser of MurmurHash3). */
function mixed(hash: number): number {
  let bits = hash
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
