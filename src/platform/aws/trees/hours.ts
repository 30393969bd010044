import { HASH_BYTES } from '../../../merkle/hashes'
import { rootOver, TILE } from '../../../merkle/tree'
import type { BlobStore } from '../../blob-store'
import type { KeptLeaf } from '../../trees'
import { hashing } from './hashing'
import { CHUNK, hashesAt, hoursOf, leavesAt } from './places'
import { packLines, unpackLines } from './rows'
import type { StoredLeaf } from './write-hour'

export interface HourKeys {
  tenantId: string
  hour: string
}

const LISTED = 1000
// An hour is of so many characters, `2026-11-30T02`.
const HOUR_CHARS = 13

/** Lists the hours of a tenant that have a tree, from one on. */
export async function listHours(
  blobs: Pick<BlobStore, 'list'>,
  tenantId: string,
  from = '',
): Promise<string[]> {
  const prefix = hoursOf(tenantId)
  const hours: string[] = []
  for (let after = `${prefix}${from}`; ; ) {
    const page = await blobs.list(prefix, LISTED, after)
    for (const { key } of page) {
      const hour = key.slice(prefix.length, prefix.length + HOUR_CHARS)
      if (key === `${prefix}${hour}/head` && hours.at(-1) !== hour) hours.push(hour)
    }
    if (page.length < LISTED) return hours
    after = page.at(-1)!.key
  }
}

/** Reads the leaves of a chunk, with their hashes. */
export async function readLeaves(
  blobs: Pick<BlobStore, 'get'>,
  { tenantId, hour }: HourKeys,
  chunk: number,
): Promise<KeptLeaf[]> {
  const [stored, hashes] = await Promise.all([
    blobs.get(leavesAt(tenantId, hour, chunk)),
    blobs.get(hashesAt(tenantId, hour, chunk)),
  ])
  if (stored === undefined) return []
  return [...unpackLines<StoredLeaf>(stored)].map((leaf, place) => {
    const [id, salt, isKept, retentionClass, retentionDays] = leaf
    const hash = hashes?.slice(place * HASH_BYTES, (place + 1) * HASH_BYTES) ?? new Uint8Array()
    return {
      index: chunk * CHUNK + place,
      eventId: id ?? undefined,
      hash,
      salt: id === null ? undefined : Buffer.from(salt, 'base64'),
      of: isKept === 1 ? ('kept' as const) : ('sent' as const),
      retentionClass,
      ...(retentionDays > 0 && { retentionDays }),
    }
  })
}

/**
 * Forgets id and salt of leaves at some places of an hour for which that is to be; their hashes stay.
 * @returns the places at which it was
 */
export async function rewriteLeaves(
  blobs: Pick<BlobStore, 'get' | 'put'>,
  { tenantId, hour }: HourKeys,
  places: readonly number[] | 'all',
  isGone: (leaf: StoredLeaf) => boolean,
  size = 0,
): Promise<number[]> {
  const gone: number[] = []
  const chunks =
    places === 'all'
      ? Array.from({ length: Math.ceil(size / CHUNK) }, (_, chunk) => chunk)
      : [...new Set(places.map((place) => Math.floor(place / CHUNK)))]
  for (const chunk of chunks) {
    const held = await blobs.get(leavesAt(tenantId, hour, chunk))
    if (held === undefined) continue
    const leaves = [...unpackLines<StoredLeaf>(held)]
    const own = leaves.flatMap((leaf, at) => (leaf[0] !== null && isGone(leaf) ? [at] : []))
    if (own.length === 0) continue
    for (const at of own) {
      const [, , isKept, retentionClass, retentionDays] = leaves[at]!
      leaves[at] = [null, '', isKept, retentionClass, retentionDays]
    }
    await blobs.put(leavesAt(tenantId, hour, chunk), packLines(leaves))
    gone.push(...own.map((at) => chunk * CHUNK + at))
  }
  return gone
}

/** Computes the hashes of level 1 of a chunk: the roots of its full tiles. */
export function rootsOfTiles(hashes: Uint8Array): Uint8Array {
  const bytes = TILE * HASH_BYTES
  const full = Math.floor(hashes.length / bytes)
  const roots = Array.from({ length: full }, (_, at) =>
    rootOver(hashes.subarray(at * bytes, (at + 1) * bytes), hashing),
  )
  return Buffer.concat(roots)
}
