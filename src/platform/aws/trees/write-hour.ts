import type { RetentionClass } from '../../../event/record'
import { HASH_BYTES } from '../../../merkle/hashes'
import { createRootBuilder } from '../../../merkle/root-builder'
import type { BlobStore } from '../../blob-store'
import { askedAt } from './asked'
import { hashing, keyOf } from './hashing'
import { writeHead } from './head'
import { CHUNK, hashesAt, keysAt, leavesAt } from './places'
import { type LeafRow, packLines } from './rows'

/** A leaf as an hour's object has it, short: `[id, salt, kept, class, days]`. */
export type StoredLeaf = [
  eventId: string | null,
  salt: string,
  isKept: 0 | 1,
  retentionClass: RetentionClass,
  retentionDays: number,
]

/** Writes the tree of one hour, leaf after leaf; its head comes last, and makes it one. */
export function writeHour(blobs: Pick<BlobStore, 'put'>, tenantId: string, hour: string) {
  const all = createRootBuilder(hashing)
  const chunks: string[] = []
  const keys: bigint[] = []
  const classes = new Set<RetentionClass>()
  const asked = new Set<number>()
  let own = createRootBuilder(hashing)
  let hashes: Buffer[] = []
  let leaves: StoredLeaf[] = []

  async function flush() {
    if (leaves.length === 0) return
    const chunk = Math.floor((all.size() - 1) / CHUNK)
    await blobs.put(hashesAt(tenantId, hour, chunk), Buffer.concat(hashes))
    await blobs.put(leavesAt(tenantId, hour, chunk), packLines(leaves))
    if (leaves.length === CHUNK) chunks.push(Buffer.from(own.root()).toString('hex'))
    own = createRootBuilder(hashing)
    hashes = []
    leaves = []
  }

  return {
    async add(row: LeafRow): Promise<void> {
      const { eventId, salt, hash, of, retentionClass, retentionDays } = row
      const bytes = Buffer.from(hash, 'base64')
      if (bytes.length !== HASH_BYTES) throw new Error('a leaf of no hash')
      hashes.push(bytes)
      all.add(bytes)
      own.add(bytes)
      keys.push(eventId === null ? 0n : keyOf(eventId))
      if (eventId !== null) classes.add(retentionClass)
      if (eventId !== null && retentionDays > 0) asked.add(retentionDays)
      leaves.push([eventId, salt, of === 'kept' ? 1 : 0, retentionClass, retentionDays])
      if (leaves.length === CHUNK) await flush()
    },

    async end(): Promise<void> {
      await flush()
      await blobs.put(keysAt(tenantId, hour), packKeys(keys))
      for (const days of asked) await blobs.put(askedAt(tenantId, hour, days), new Uint8Array())
      const root = Buffer.from(all.root()).toString('hex')
      await writeHead(blobs, tenantId, hour, {
        size: all.size(),
        root,
        chunks,
        classes: [...classes],
      })
    },
  }
}

export function packKeys(keys: readonly bigint[]): Uint8Array {
  const bytes = Buffer.alloc(keys.length * 8)
  for (const [at, key] of keys.entries()) bytes.writeBigUInt64BE(key, at * 8)
  return bytes
}

export function unpackKeys(bytes: Uint8Array): bigint[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: buffer.length / 8 }, (_, at) => buffer.readBigUInt64BE(at * 8))
}
