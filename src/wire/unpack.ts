import { promisify } from 'node:util'
import { gunzip, inflate, inflateRaw } from 'node:zlib'
import { AppError } from '../error/app-error'
import type { Lease } from '../memory/budget'

/** These bytes are still to be decompressed. */
export interface Packed {
  lease: Lease
  encoding: 'gzip' | 'deflate'
  bytes: Uint8Array
}

const ways = { gunzip: promisify(gunzip), inflate: promisify(inflate), raw: promisify(inflateRaw) }

// JSON shrinks to a fifth or a tenth; a body that is packed tighter is unpacked once more with all
// the room.
const USUAL_RATIO = 10

/**
 * Decompresses a body of a request, after making room for the result.
 * @returns undefined when the result is larger than `limit`
 * @throws {AppError} `invalid_encoding`, `busy`
 */
export async function unpack(packed: Packed, limit: number): Promise<Uint8Array | undefined> {
  const { lease } = packed
  const expected = Math.min(limit, expectedSize(packed))
  await lease.grow(expected)
  const bytes = await unpackWithin(packed, expected)
  if (bytes !== undefined || expected === limit) return bytes
  await lease.grow(limit - expected)
  return unpackWithin(packed, limit)
}

async function unpackWithin(
  { encoding, bytes }: Packed,
  maxOutputLength: number,
): Promise<Uint8Array | undefined> {
  const way = encoding === 'gzip' ? ways.gunzip : inflateFor(bytes)
  try {
    return await way(bytes, { maxOutputLength })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    const reason = (cause as Error).message
    throw new AppError('invalid_encoding', `The body is not ${encoding}: ${reason}.`, { cause })
  }
}

/**
 * Estimates the decompressed size: the last four bytes of gzip say it (RFC 1952, 2.3.1). A false
 * size gains a sender nothing.
 */
function expectedSize({ encoding, bytes }: Packed): number {
  const usual = Math.max(1, bytes.length * USUAL_RATIO)
  if (encoding !== 'gzip' || bytes.length < 4) return usual
  const stated = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true)
  return Math.max(1, stated)
}

/**
 * Chooses how to inflate: `deflate` means zlib's format (RFC 9110, 8.4.1.2), but some senders leave
 * its header out.
 */
function inflateFor(bytes: Uint8Array) {
  const [first = 0, second = 0] = bytes
  // A zlib header has method 8, and a check over both bytes (RFC 1950, 2.2).
  const hasHeader = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
  return hasHeader ? ways.inflate : ways.raw
}
