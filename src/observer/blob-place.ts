import { createHash } from 'node:crypto'
import type { DocumentKey } from '../platform/document-store'

/** Everything that learners save by `save_blob` is under this. */
export const BLOBS_PLACE: DocumentKey = ['observer', 'blobs']

/** A learner has one blob in a place, which `source` and `activity` name: fields of a frame, mostly locked ones. */
export interface BlobPlace {
  /** Their identity has it: records and erasures know them by it. */
  userId: string
  /** Their identity has it, too: no other learner does. */
  safeUserId: string
  source: string
  activity: string
}

/**
 * Names everything that a learner saved, whatever vouched for the id: whoever erases or asks for a
 * person goes by this.
 * @param userId as records have it for their actor
 */
export function blobsOf(userId: string): DocumentKey {
  return [...BLOBS_PLACE, hashOf(JSON.stringify(userId))]
}

/** Names the document of a place; what stood there before is under it, by its time. */
export function blobKey({ userId, safeUserId, source, activity }: BlobPlace): DocumentKey {
  return [...blobsOf(userId), hashOf(JSON.stringify([safeUserId, source, activity]))]
}

/** JSON tells texts apart that have halves of a surrogate pair: a hash takes these for one character. */
function hashOf(json: string): string {
  return createHash('sha256').update(json).digest('base64url')
}
