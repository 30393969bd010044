import type { DocumentContent, DocumentEntry } from '../../document-store'
import { decodeKey, encodeKey } from '../../shared/document-key'
import { type Attributes, bytes, number, primaryKey, text } from '../dynamo/attributes'

/**
 * A document is an item with the key `pk`, the tenant, and `sk`, the path, as `encodeKey` has them.
 *
 *     etag, contentType, metadata (JSON), size, updatedAt
 *     until        when it expires, compared by us; `expiresAt`, the same in seconds, by DynamoDB
 *     body         its bytes; or, of a larger one,
 *     place, seal  where among the blobs they are, and the key that they are encrypted with
 *     write        what this write drew at random; `lastWrite`, the one before it
 *     lastPlace    where the bytes were before this write
 *
 * The last three tell a write that the SDK repeats, because its reply was lost, from somebody else's.
 */
export interface NewItem {
  etag: string
  content: DocumentContent
  updatedAt: string
  /** Says where the document's bytes are. */
  body: Attributes
  write: Uint8Array
}

/** A write replaces all of these attributes; those that it does not set it removes. */
const REPLACED = [
  ...['etag', 'contentType', 'metadata', 'size', 'updatedAt', 'until', 'expiresAt'],
  ...['body', 'place', 'seal', 'write'],
]

/** An entry is made of these attributes, under names that DynamoDB does not reserve. */
export const ENTRY_ATTRIBUTES = {
  ProjectionExpression: 'sk, etag, contentType, metadata, #size, updatedAt, #until',
  ExpressionAttributeNames: { '#size': 'size', '#until': 'until' },
}

export function itemKey(tenantId: string, key: string): Attributes {
  return primaryKey(partitionOf(tenantId), key)
}

export function partitionOf(tenantId: string): string {
  return encodeKey([tenantId])
}

/** Makes an expression that makes an item of whatever is there, and remembers what that was. */
export function replacement({ etag, content, updatedAt, body, write }: NewItem) {
  const { contentType, metadata = {}, expiresAt } = content
  const set: Attributes = {
    etag: text(etag),
    contentType: text(contentType),
    metadata: text(JSON.stringify(metadata)),
    size: number(content.bytes.length),
    updatedAt: text(updatedAt),
    ...(expiresAt !== undefined && {
      until: text(expiresAt),
      expiresAt: number(Math.ceil(Date.parse(expiresAt) / 1000)),
    }),
    ...body,
    write: bytes(write),
  }
  const names = Object.keys(set)
  const removed = REPLACED.filter((name) => !names.includes(name))
  return {
    UpdateExpression: [
      // DynamoDB reads on the right sides what was there before (UpdateItem, "SET").
      'SET lastWrite = if_not_exists(#write, :none), lastPlace = if_not_exists(#place, :nowhere),',
      `${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      `REMOVE ${removed.map((name) => `#${name}`).join(', ')}`,
    ].join(' '),
    ExpressionAttributeNames: Object.fromEntries(REPLACED.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
      ':none': bytes(new Uint8Array()),
      ':nowhere': text(''),
    },
  }
}

/** Tells whether an item is there at a time: DynamoDB takes days to drop what has expired. */
export function isLive({ until }: Attributes, now: string): boolean {
  return until === undefined || until.S! > now
}

export function entryOf(item: Attributes): DocumentEntry {
  const { sk, etag, contentType, metadata, size, updatedAt, until } = item
  return {
    key: decodeKey(sk!.S!),
    etag: etag!.S!,
    contentType: contentType!.S!,
    metadata: JSON.parse(metadata!.S!) as Record<string, string>,
    size: Number(size!.N),
    updatedAt: updatedAt!.S!,
    ...(until !== undefined && { expiresAt: until.S! }),
  }
}
