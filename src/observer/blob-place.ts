import { createHash } from 'node:crypto'
import { AppError } from '../error/app-error'
import { MAX_ID_LENGTH } from '../event/limits'
import type { DocumentKey } from '../platform/document-store'
import type { ObservedIdentity } from './identity'

/** Everything that learners save by `save_blob` is under this. */
export const BLOBS_PLACE: DocumentKey = ['observer', 'blobs']

/** A learner has one blob in a place, which `source` and `activity` name: fields of a frame, mostly locked ones. */
export interface BlobPlace {
  identity: Pick<ObservedIdentity, 'userId' | 'safeUserId'>
  source: string
  activity: string
}

// The id of a learner stands in the metadata of a document as JSON (`MAX_METADATA_BYTES`, 2048).
const MAX_LEARNER_BYTES = 1500

/**
 * Names the place that a frame is about.
 * @param fields of the frame, with the locked ones among them
 * @throws {AppError} `invalid_request` that names each field that is missing or is no name
 */
export function blobPlaceIn(
  fields: Readonly<Record<string, unknown>>,
  identity: BlobPlace['identity'],
): BlobPlace {
  const given = { source: fields.source, activity: fields.activity, user_id: identity.userId }
  const errors = Object.entries(given).flatMap(([name, value]) => faultOf(name, value) ?? [])
  const [first] = errors
  if (first !== undefined) {
    throw new AppError('invalid_request', `${first.path[0]}: ${first.message}.`, { errors })
  }
  const { userId, safeUserId } = identity
  return {
    identity: { userId, safeUserId },
    source: String(fields.source),
    activity: String(fields.activity),
  }
}

function faultOf(name: string, value: unknown) {
  const path = [name]
  if (value === undefined || value === null || value === '') {
    const message =
      'Required: a blob has a place by source and activity, in lock_fields or its frame'
    return { path, message, code: 'required' }
  }
  // Applications number their activities, too.
  if (typeof value !== 'string' && !Number.isSafeInteger(value)) {
    return { path, message: 'Must be a text, or an integer below 2^53', code: 'wrong_type' }
  }
  const text = String(value)
  if (!text.isWellFormed()) {
    return { path, message: 'Must be Unicode; it has half a surrogate pair', code: 'invalid_value' }
  }
  if (text.length > MAX_ID_LENGTH) return tooLong(path, text.length, `${MAX_ID_LENGTH} characters`)
  const bytes = Buffer.byteLength(JSON.stringify(text))
  if (name !== 'user_id' || bytes <= MAX_LEARNER_BYTES) return undefined
  return tooLong(path, bytes, `${MAX_LEARNER_BYTES} bytes as JSON`)
}

function tooLong(path: string[], size: number, most: string) {
  return { path, message: `May have ${most}; has ${size}`, code: 'too_long' }
}

/**
 * Names everything that a learner saved, whatever vouched for the id: whoever erases or asks for a
 * person goes by this.
 * @param userId as records have it for their actor
 */
export function blobsOf(userId: string): DocumentKey {
  return [...BLOBS_PLACE, hashOf(userId)]
}

/** Names the document of a place; what stood there before is under it, by its time. */
export function blobKey({ identity, source, activity }: BlobPlace): DocumentKey {
  const place = JSON.stringify([identity.safeUserId, source, activity])
  return [...blobsOf(identity.userId), hashOf(place)]
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
