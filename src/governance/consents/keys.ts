import { createHash } from 'node:crypto'
import { comparableId, comparableIdsOf } from '../../event/person-id'
import type { DocumentKey } from '../../platform/document-store'

export const CONSENTS: DocumentKey = ['governance', 'consents']
export const UNDER_13: DocumentKey = ['governance', 'under13']

// A key has 1,024 bytes, of which an id takes at most one more for each of its own that is escaped.
const MAX_SEGMENT_BYTES = 480

/** Names a person in keys; an id that no key can have is named by its hash. */
function segmentOf(comparable: string): string {
  if (Buffer.byteLength(comparable) <= MAX_SEGMENT_BYTES) return comparable
  return `sha256|${createHash('sha256').update(comparable).digest('hex')}`
}

/** Returns the place of what is read of somebody, by whichever spelling of an id. */
export function placeOf(list: DocumentKey, id: string): DocumentKey {
  return [...list, segmentOf(comparableId(id))]
}

/** Lists every place of what is kept of somebody: an address may come as its hash alone. */
export function placesOf(list: DocumentKey, id: string): DocumentKey[] {
  return comparableIdsOf(id).map((one) => [...list, segmentOf(one)])
}

/** Lists the last segments of those places, by which an erasure finds them. */
export function segmentsOf(id: string): string[] {
  return comparableIdsOf(id).map(segmentOf)
}
