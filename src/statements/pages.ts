import type { BlobStore } from '../platform/blob-store'
import type {
  HeldStatement,
  StatementPage,
  StatementQuery,
  StatementStore,
} from '../platform/statement-store'
import { blobKey } from './attachment-blobs'
import { type Content, mayNameAttachments, mentionsIn } from './attachments'

interface Needs {
  statements: Pick<StatementStore, 'query'>
  blobs: Pick<BlobStore, 'get'>
}

/** A page of statements, and the attachments that they name. */
export interface FullPage extends StatementPage {
  contents: AttachedContent[]
}

/** The content of an attachment, with the type that a statement says it has. */
export interface AttachedContent extends Content {
  contentType: string
}

interface Room {
  tenantId: string
  /** The bound is for the statements, and the attachments with them. */
  maxBytes: number
}

interface Wanted extends Room {
  limit: number
  cursor: string | undefined
}

/**
 * Reads a page with its attachments: it ends before the statement with whose attachments it would be
 * larger than `maxBytes`, never without one.
 */
export async function pageWithAttachments(
  needs: Needs,
  query: StatementQuery,
  { limit: wanted, cursor, tenantId, maxBytes }: Wanted,
): Promise<FullPage> {
  let limit = wanted
  for (;;) {
    const page = await needs.statements.query(tenantId, query, { limit, maxBytes, cursor })
    const { contents, count } = await attachmentsOf(needs, page.statements, { tenantId, maxBytes })
    // The store alone makes a cursor, so a page that is too full is asked for again, shorter.
    if (count >= page.statements.length) return { ...page, contents }
    limit = count
  }
}

/**
 * Reads the attachments of statements, each once.
 * @returns with how many of the statements they have room; the first one always does
 */
export async function attachmentsOf(
  { blobs }: Pick<Needs, 'blobs'>,
  statements: readonly Pick<HeldStatement, 'json'>[],
  { tenantId, maxBytes }: Room,
): Promise<{ contents: AttachedContent[]; count: number }> {
  const contents = new Map<string, AttachedContent>()
  let size = 0
  for (const [count, { json }] of statements.entries()) {
    size += Buffer.byteLength(json)
    for (const { sha2, attachment } of mentionsOf(json)) {
      if (contents.has(sha2)) continue
      const isElsewhere = attachment.fileUrl !== undefined
      // A statement may name any number of files that are elsewhere, too: those can be had there.
      if (isElsewhere && size > maxBytes && count === 0) continue
      const bytes = await blobs.get(blobKey(tenantId, sha2))
      if (bytes === undefined) continue
      size += bytes.length
      if (size > maxBytes && count > 0) return { contents: [...contents.values()], count }
      contents.set(sha2, { sha2, bytes, contentType: typeOf(attachment.contentType) })
    }
    if (size > maxBytes && count > 0) return { contents: [...contents.values()], count }
  }
  return { contents: [...contents.values()], count: statements.length }
}

function mentionsOf(json: string) {
  return mayNameAttachments(json) ? mentionsIn(JSON.parse(json), []) : []
}

// Such a character would end the line of a header, or may not stand in it.
const NO_HEADER = /[^\x20-\x7e]/

function typeOf(contentType: unknown): string {
  if (typeof contentType !== 'string' || NO_HEADER.test(contentType))
    return 'application/octet-stream'
  return contentType
}
