import { BLOBS_PLACE } from '../../observer/blob-place'
import type { DocumentKey, DocumentStore } from '../../platform/document-store'
import { STATES } from '../../reducers/kept/places'
import { TOLD } from '../../rosters/keys'
import { DOCUMENTS_PLACE } from '../../statements/document-places'

// An entry has no bytes of its document: a page is some hundred kilobytes.
const PAGE = 1000

/** Documents that tools keep about learners, and that nothing else forgets, are under these. */
export const lastingPlaces: readonly DocumentKey[] = [
  DOCUMENTS_PLACE, // states and profiles
  ['sessions'], // whose each session of a test is
  BLOBS_PLACE, // what learners saved by a socket; what stood there before expires
  ...STATES, // of reducers
  TOLD, // who teaches what, by events; told again once a day while it is so
]

/**
 * Forgets documents that nobody has put since a time.
 * @param goOn is asked before each page; false ends the run
 */
export async function forgetDocuments(
  documents: Pick<DocumentStore, 'list' | 'delete'>,
  tenantId: string,
  { before, goOn }: { before: string; goOn: () => boolean },
): Promise<number> {
  let forgotten = 0
  for (const place of lastingPlaces) {
    let cursor: string | undefined
    do {
      if (!goOn()) return forgotten
      const page = await documents.list(tenantId, place, { limit: PAGE, cursor })
      for (const { key, etag, updatedAt } of page.items) {
        if (updatedAt >= before) continue
        // One that is put at this moment has another etag, unless it is put as it was.
        const { kind } = await documents.delete(tenantId, key, { ifMatch: etag })
        if (kind === 'deleted') forgotten += 1
      }
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }
  return forgotten
}
