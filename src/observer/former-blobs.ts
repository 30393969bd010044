import type { Clock } from '../platform/clock'
import type {
  DocumentEntry,
  DocumentKey,
  DocumentStore,
  StoredDocument,
} from '../platform/document-store'
import { putAway } from './put-away'

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'put' | 'list'>
  clock: Clock
}

/** A blob is kept for a day after another took its place. */
export const KEPT_MS = 24 * 60 * 60 * 1000

// A client may save at every keystroke. So many of the latest are kept each; of older ones the last of each half hour,
// of which a day has 48; and together they have a few times the largest blob.
const NEWEST = 32
const SLOT_MS = 30 * 60 * 1000
const MAX_BYTES = 32 * 1024 * 1024
// More are listed than there can be between two times of thinning.
const PAGE = 200
// A list is a request of its own on AWS: one in so many saves.
const EVERY_SAVES = 16

/** Keeps for a day what other blobs took the place of: documents under the key of the blob, by their time. */
export function createFormerBlobs({ documents, clock }: Needs) {
  async function list(tenantId: string, key: DocumentKey): Promise<DocumentEntry[]> {
    const { items } = await documents.list(tenantId, key, { limit: PAGE })
    return items.filter((entry) => entry.key.length > key.length)
  }

  return {
    everySaves: EVERY_SAVES,

    /** Keeps a blob before another takes its place. */
    async keep(tenantId: string, blob: StoredDocument): Promise<void> {
      const { bytes, contentType, metadata, etag } = blob
      const expiresAt = new Date(clock.now().getTime() + KEPT_MS).toISOString()
      // Two who write at the same moment keep the same one under the same key.
      const key = [...blob.key, `${sinceOf(blob)} ${etag.slice(0, 8)}`]
      await documents.put(tenantId, key, { bytes, contentType, metadata, expiresAt })
    },

    /** Drops what is more than may be kept. */
    async thin(tenantId: string, key: DocumentKey): Promise<void> {
      const newestFirst = (await list(tenantId, key)).reverse()
      let bytes = 0
      let last: number | undefined
      for (const [at, entry] of newestFirst.entries()) {
        bytes += entry.size
        const slot = Math.floor(Date.parse(sinceOf(entry)) / SLOT_MS)
        const isKept = at < NEWEST || slot !== last
        if (isKept && bytes <= MAX_BYTES) last = slot
        else {
          bytes -= entry.size
          await putAway({ documents, clock }, tenantId, entry.key)
        }
      }
    },

    /** Finds the blob that stood at a time, the latest that was put by then. */
    async at(tenantId: string, key: DocumentKey, time: string) {
      const found = (await list(tenantId, key)).findLast((entry) => sinceOf(entry) <= time)
      return found && documents.get(tenantId, found.key)
    },
  }
}

/** A blob stands since this time, ISO 8601 UTC: saved again as it is, it is none that is newer. */
export function sinceOf({ metadata, updatedAt }: DocumentEntry): string {
  return metadata.since ?? updatedAt
}
