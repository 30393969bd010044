import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { StatementEntry } from '../../../event/statement'
import type { BlobStore } from '../../blob-store'
import { STATEMENT_BODIES } from '../deployed/blobs'
import { type Attributes, bytes, number, text } from '../dynamo/attributes'
import { dictionary } from '../events/dictionary'
import { BASE, statementIdOf, statementKey } from './keys'

/** A statement as it stands in the table, with its place in the order of all. */
export interface Base extends Omit<StatementEntry, 'tenantId'> {
  order: string
}

// An item has at most 400 KB ("Constraints"), and its page is read whole: beyond this, which few
// statements ever are, the bucket holds the body.
const INLINE_BYTES = 300 * 1024

// The first byte of a body says which dictionary it needs.
const dictionaries = [Buffer.from(dictionary)]
const NEWEST = dictionaries.length - 1

/**
 * Packs what is not a key: the head in JSON, and the statement's own text behind it. The finders are
 * parts of the statement, and so cost nearly nothing.
 */
export function packBody({ json, ...entry }: StatementEntry): Uint8Array {
  const { stored, voids, refersTo, expiresAt, finders, activities, agents } = entry
  const listed = finders.map(({ by, value }) => [by, value])
  const fragments = [activities, agents].map((all) => all.map(({ id, json }) => [id, json]))
  const head = [stored, expiresAt, voids ? 1 : 0, refersTo ?? 0, listed, ...fragments]
  const packed = deflateRawSync(`${json}\n${JSON.stringify(head)}`, {
    dictionary: dictionaries[NEWEST]!,
  })
  return Buffer.concat([Buffer.of(NEWEST), packed])
}

type Pairs = [string, string][]

export function unpackBody(body: Uint8Array): Omit<Base, 'order' | 'statementId'> {
  const packed = { dictionary: dictionaries[body[0]!]! }
  const unpacked = inflateRawSync(body.subarray(1), packed).toString()
  const end = unpacked.lastIndexOf('\n')
  const [stored, expiresAt, voids, refersTo, finders, activities, agents] = JSON.parse(
    unpacked.slice(end + 1),
  ) as [string, string, 0 | 1, string | 0, Pairs, Pairs, Pairs]
  const fragments = (pairs: Pairs) => pairs.map(([id, json]) => ({ id, json }))
  return {
    stored,
    expiresAt,
    voids: voids === 1,
    ...(refersTo !== 0 && { refersTo }),
    finders: finders.map(([by, value]) => ({ by, value }) as Base['finders'][number]),
    activities: fragments(activities),
    agents: fragments(agents),
    json: unpacked.slice(0, end),
  }
}

/** Turns statements into items `s` and back: `o` order, `b` body or `u` its blob, `x` seconds. */
export function createBodies(blobs: Pick<BlobStore, 'put' | 'get'>) {
  return {
    /** Makes an item. A body that is too large for it is durable in the blob store first. */
    async toItem(entry: StatementEntry, order: string): Promise<Attributes> {
      const { tenantId, statementId } = entry
      const body = packBody(entry)
      const item = {
        ...statementKey(tenantId, statementId, BASE),
        o: text(order),
        x: seconds(entry.expiresAt),
      }
      if (body.length <= INLINE_BYTES) return { ...item, b: bytes(body) }
      const hash = createHash('sha256').update(body).digest('base64url')
      const place = `${STATEMENT_BODIES}${encodeURIComponent(tenantId)}/${hash}`
      await blobs.put(place, body)
      return { ...item, u: text(place) }
    },

    /** Reads an item. @returns undefined when its body is gone: it has expired, or was erased */
    async toBase({ pk, o, b, u }: Attributes): Promise<Base | undefined> {
      const body = b?.B ?? (await blobs.get(u!.S!))
      return body && { statementId: statementIdOf(pk!.S!), order: o!.S!, ...unpackBody(body) }
    },
  }
}

/** Makes the second after which DynamoDB may drop an item. */
export function seconds(expiresAt: string) {
  return number(Math.ceil(Date.parse(expiresAt) / 1000))
}
