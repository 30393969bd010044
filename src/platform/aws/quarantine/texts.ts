import { randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { v7 as uuidv7 } from 'uuid'
import type { BlobStore } from '../../blob-store'
import type { QuarantinedItem, QuarantinedSummary } from '../../quarantine-store'
import { createSecretBox } from '../../shared/secret-box'
import { type Attributes, bytes, keyOf } from '../dynamo/attributes'
import { type Head, headFrom, type Prepared } from './items'

// A compressed text of so many bytes stays in the item. A transaction writes a kilobyte for two
// write units, $1.25 a million; a put to S3 is $5.00 a million (us-east-1): from four kilobytes on,
// S3 is cheaper. It is also far from the 400 KB of an item, and 32 of them from the 4 MB of a
// transaction.
const INLINE_BYTES = 4096
// A list unpacks and reads at most so many bytes, not compressed, of each item it shows.
const INLINE_TEXT_BYTES = 64 * 1024
// A summary stays beside an item whose text is elsewhere up to so many bytes, compressed: a list
// reads it with the item, of which 32 fit into a transaction. Reasons that take more are read from
// the blob.
const ABOUT_BYTES = 32 * 1024
const KEY_BYTES = 32

export function prepare(item: QuarantinedItem, arrival: string = uuidv7()): Prepared {
  const { tenantId, quarantineId, sourceId } = item
  const json = JSON.stringify(item)
  const packed = deflateRawSync(json)
  const bytes = Buffer.byteLength(json)
  const isApart = packed.length > INLINE_BYTES || bytes > INLINE_TEXT_BYTES
  return {
    tenantId,
    quarantineId,
    sourceId,
    arrival,
    version: uuidv7(),
    bytes,
    isApart,
    item,
    json,
    packed,
  }
}

/** Stores the texts of items: small ones in the item, large ones among the blobs. */
export interface Texts {
  /** Makes the text durable. @returns what the item says of it */
  write(prepared: Prepared): Promise<Attributes>
  /**
   * Reads an item.
   * @returns undefined when the text is gone: the item was changed or released meanwhile
   */
  read(attributes: Attributes): Promise<QuarantinedItem | undefined>
  /** Reads what is said of an item; its text is not read if it is apart. @returns as `read` */
  readAbout(attributes: Attributes): Promise<QuarantinedSummary | undefined>
  /** Deletes texts that no item has any more; never fails. */
  discard(heads: readonly Head[]): Promise<void>
}

/**
 * A text among the blobs is encrypted with a key that only its item has. So a blob that is left behind
 * when a process dies between the two stores, or that could not be deleted, is forgotten all the same.
 */
export function createTexts(blobs: BlobStore): Texts {
  async function read(attributes: Attributes): Promise<QuarantinedItem | undefined> {
    const { packed, textKey } = attributes
    if (packed !== undefined) return JSON.parse(inflateRawSync(packed.B!).toString())
    const place = placeOf(headFrom(attributes))
    const sealed = await blobs.get(place)
    return sealed && JSON.parse(createSecretBox(textKey!.B!).open(sealed, place))
  }

  return {
    read,

    async write(prepared): Promise<Attributes> {
      if (!prepared.isApart) return { packed: bytes(prepared.packed) }
      const key = randomBytes(KEY_BYTES)
      const place = placeOf(prepared)
      await blobs.put(place, createSecretBox(key).seal(prepared.json, place))
      const about = deflateRawSync(JSON.stringify(summaryOf(prepared.item)))
      return {
        textKey: bytes(key),
        ...(about.length <= ABOUT_BYTES && { about: bytes(about) }),
      }
    },

    async readAbout(attributes) {
      const { about } = attributes
      if (about !== undefined) return JSON.parse(inflateRawSync(about.B!).toString())
      // The item was stored before summaries were, or its reasons are as long as a text.
      const item = await read(attributes)
      return item && summaryOf(item)
    },

    async discard(heads) {
      const apart = heads.filter(({ isApart }) => isApart)
      await Promise.allSettled(apart.map((head) => blobs.delete(placeOf(head))))
    },
  }
}

function summaryOf({ raw, ...rest }: QuarantinedItem): QuarantinedSummary {
  return { ...rest, length: raw.length }
}

/**
 * Names another place for each version, so that what is read is never half of one and half of the
 * next.
 */
function placeOf({ tenantId, version }: Head): string {
  return `quarantine/${keyOf(tenantId)}/${version}`
}
