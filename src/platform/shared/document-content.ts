import { AppError } from '../../error/app-error'
import {
  type DocumentContent,
  type DocumentEntry,
  MAX_DOCUMENT_BYTES,
  MAX_LIFETIME_MS,
  MAX_METADATA_BYTES,
} from '../document-store'

/** Checks the limits of a document. @throws {AppError} when the content is beyond one */
export function checkContent(content: DocumentContent, now: Date): void {
  const { bytes, contentType, metadata = {}, expiresAt } = content
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    const detail = `A document has at most ${MAX_DOCUMENT_BYTES} bytes; this one has ${bytes.length}.`
    throw new AppError('too_large', detail)
  }
  const about = Buffer.byteLength(JSON.stringify([contentType, metadata]))
  if (about > MAX_METADATA_BYTES) {
    const detail = `Content type and metadata take ${about} bytes, and may take ${MAX_METADATA_BYTES}.`
    throw new AppError('invalid_request', detail)
  }
  if (expiresAt === undefined) return
  const time = Date.parse(expiresAt)
  // Times are compared as texts, so there must be one text for a time.
  const isExact = !Number.isNaN(time) && new Date(time).toISOString() === expiresAt
  if (isExact && time <= now.getTime() + MAX_LIFETIME_MS) return
  throw new AppError('invalid_request', 'A document expires within 30 days, at a time in UTC.')
}

/** Tells what an entry counts for in a page. */
export function entryBytes(entry: DocumentEntry): number {
  return Buffer.byteLength(JSON.stringify(entry))
}
