import { randomBytes } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import type { BlobStore } from '../../blob-store'
import type { DocumentContent } from '../../document-store'
import { createSecretBox } from '../../shared/secret-box'
import { EXPIRING_DOCUMENTS, LASTING_DOCUMENTS } from '../deployed/blobs'
import { type Attributes, bytes, text } from '../dynamo/attributes'
import { partitionOf } from './items'

// A put to S3 costs as much as eight write units of a kilobyte each ($5.00 and $0.625 a million,
// us-east-1), and a list reads what is in the items.
const INLINE_BYTES = 8 * 1024
const SEAL_BYTES = 32

/** Stores the bytes of documents: few in the item, many among the blobs. */
export interface Bodies {
  /** Makes the bytes durable. @returns what the item says of them */
  write(tenantId: string, content: DocumentContent): Promise<Attributes>
  /**
   * Reads the bytes.
   * @returns undefined when the blob is gone: the document was replaced or deleted meanwhile
   */
  read(item: Attributes): Promise<Uint8Array | undefined>
  /** Removes the blob of a place that no item names any more; never fails. */
  discard(place: string | undefined): Promise<void>
}

/**
 * Each write has a blob of its own, so that no reader gets half of two, encrypted with a key that
 * only its item has: one that a process leaves behind when it dies between the two stores is
 * forgotten all the same.
 */
export function createBodies(blobs: BlobStore): Bodies {
  return {
    async write(tenantId, content) {
      if (content.bytes.length <= INLINE_BYTES) return { body: bytes(content.bytes) }
      const place = newPlace(tenantId, content)
      const seal = randomBytes(SEAL_BYTES)
      await blobs.put(place, createSecretBox(seal).seal(content.bytes, place))
      return { place: text(place), seal: bytes(seal) }
    },

    async read({ body, place, seal }) {
      if (body !== undefined) return body.B!
      const sealed = await blobs.get(place!.S!)
      return sealed && createSecretBox(seal!.B!).openBytes(sealed, place!.S!)
    },

    async discard(place) {
      // An item that had its bytes within has no blob.
      if (place) await blobs.delete(place).catch(() => {})
    },
  }
}

function newPlace(tenantId: string, { expiresAt }: DocumentContent): string {
  const prefix = expiresAt === undefined ? LASTING_DOCUMENTS : EXPIRING_DOCUMENTS
  return `${prefix}${encodeURIComponent(partitionOf(tenantId))}/${uuidv7()}`
}
