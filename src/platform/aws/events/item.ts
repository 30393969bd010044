import { createHash } from 'node:crypto'
import { contentDigest } from '../../../event/content'
import type { EventRecord } from '../../../event/record'
import type { BlobStore } from '../../blob-store'
import type { IndexName } from '../deployed/resources'
import { packBody, unpackBody } from './body'
import { indexAttributes, keyOf, tenantOf } from './keys'
import { type Item, itemBytes, MAX_ITEM_BYTES } from './write-units'

interface Needs {
  indexes: readonly IndexName[]
  blobs: Pick<BlobStore, 'put' | 'get'>
}

/** These facts are in an item, but not in its record. */
export interface ItemFacts {
  place: string
  /** The token belongs to the call that writes the item, so that it knows its own write again. */
  token: Uint8Array
  /** So many bytes of the item stay free, for the mark of a batch; 0 when left out. */
  reserve?: number | undefined
}

/**
 * Turns records into items of the events table and back. Attributes have short names since every
 * item pays for them: `k` key, `s` place, `i…` one for each index, `x` when it expires (seconds),
 * `h` hash of the content, `w` token of its writer, `m` the batch (`batch.ts`), where it is one of
 * many, and `b` the packed record or `o` the key of the blob that is.
 */
export function createItems({ indexes, blobs }: Needs) {
  return {
    /** Makes an item. A body that is too large for it is durable in the blob store first. */
    async toItem(record: EventRecord, { place, token, reserve = 0 }: ItemFacts): Promise<Item> {
      const key = keyOf(record.tenantId, record.eventId)
      const body = packBody(record)
      const item: Item = {
        k: { S: key },
        s: { S: place },
        x: { N: String(Math.ceil(Date.parse(record.expiresAt) / 1000)) },
        h: { B: contentHash(record) },
        w: { B: token },
        b: { B: body },
      }
      for (const [name, value] of Object.entries(indexAttributes(record, indexes))) {
        item[name] = { S: value }
      }
      if (itemBytes(item) + reserve <= MAX_ITEM_BYTES) return item
      const { b: _, ...rest } = item
      const blob = blobKey(key, body)
      await blobs.put(blob, body)
      return { ...rest, o: { S: blob } }
    },

    /**
     * Reads an item's record.
     * @returns undefined when its body is gone from the blob store: it expires there by itself
     */
    async toRecord(item: Item): Promise<EventRecord | undefined> {
      const body = item.b?.B ?? (await blobs.get(item.o!.S!))
      return body && unpackBody(body, tenantOf(item.k!.S!))
    },
  }
}

/** Makes the hash by which a duplicate is told from a conflict. */
export function contentHash({ raw, contentDigest: digest }: EventRecord): Buffer {
  return Buffer.from(digest ?? contentDigest(raw), 'hex')
}

/**
 * Makes a key from the content, so that an event whose id is taken never replaces the body of the
 * first.
 */
function blobKey(key: string, body: Uint8Array): string {
  const tenant = encodeURIComponent(tenantOf(key))
  const hash = createHash('sha256').update(body).digest('base64url')
  return `bodies/${tenant}/${key.slice(tenantOf(key).length + 1)}-${hash}`
}
