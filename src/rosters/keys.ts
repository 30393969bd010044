import { createHash } from 'node:crypto'
import { comparableId, comparableIdsOf } from '../event/person-id'
import type { DocumentKey } from '../platform/document-store'

export const ROSTERS: DocumentKey = ['rosters']
/** Somebody of the staff teaches and administers this, by the loaded roster. */
export const STAFF: DocumentKey = [...ROSTERS, 'staff']
/** A class, with whoever is in it. */
export const GROUPS: DocumentKey = [...ROSTERS, 'groups']
/** An organisation, with the classes of it and of those below it. */
export const ORGS: DocumentKey = [...ROSTERS, 'orgs']
/** Events told this of somebody of the staff: a document for each of their groups. */
export const TOLD: DocumentKey = [...ROSTERS, 'told']
/** The document says what was loaded, and whether somebody loads at the moment. */
export const STATE: DocumentKey = [...ROSTERS, 'state']

// A key has 1,024 bytes, of which an id takes at most one more for each of its own that is escaped; two stand in one key.
const MAX_SEGMENT_BYTES = 230

/** Names something by its id in a key; an id that is too long for one, by its hash. */
export function segmentOf(id: string): string {
  if (Buffer.byteLength(id) <= MAX_SEGMENT_BYTES) return id
  return `sha256|${createHash('sha256').update(id).digest('hex')}`
}

export const staffKey = (actorId: string): DocumentKey => [
  ...STAFF,
  segmentOf(comparableId(actorId)),
]
export const groupKey = (groupId: string): DocumentKey => [...GROUPS, segmentOf(groupId)]
export const orgKey = (orgId: string): DocumentKey => [...ORGS, segmentOf(orgId)]
export const toldPrefix = (actorId: string): DocumentKey => [
  ...TOLD,
  segmentOf(comparableId(actorId)),
]

/** Lists the segments under which something of a person may stand, by which an erasure finds it. */
export function segmentsOfPerson(id: string): string[] {
  return comparableIdsOf(id).map(segmentOf)
}
