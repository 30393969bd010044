import { hash } from 'node:crypto'
import { HASH_BYTES, SALT_BYTES, treeHashing } from '../../../merkle/hashes'

export const hashing = treeHashing((bytes) => hash('sha256', bytes, 'buffer'))

/** Hashes a leaf. @param item its text, or SHA-256 of a text, 64 hexadecimal digits */
export function leafOf(salt: Uint8Array, item: { text: string } | { sha256: string }): Uint8Array {
  const data = new Uint8Array(SALT_BYTES + HASH_BYTES)
  data.set(salt)
  const digest = 'text' in item ? hash('sha256', item.text) : item.sha256
  data.set(Buffer.from(digest, 'hex'), SALT_BYTES)
  return hashing.leaf(data)
}

/** Finds leaves by eight bytes of a digest of the id of their event; it is never 0, which stands for none. */
export function keyOf(eventId: string): bigint {
  const key = hash('sha256', eventId, 'buffer').readBigUInt64BE()
  return key === 0n ? 1n : key
}
