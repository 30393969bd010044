import { AppError } from '../error/app-error'
import type { Lease } from '../memory/budget'
import { MOST_PER_BYTE } from '../syntax/json-cost'
import { decodeWire, type WireBody, wireBody } from '../wire/body'
import type { Decoded } from '../wire/decoded'
import { bodyTooLarge } from '../wire/plain'
import { type Compression, unpack } from '../wire/unpack'
import { collect } from './collect'
import type { AppContext } from './context'
import { leaseFor } from './lease'
import { inTime } from './pace'

interface Limits {
  maxBodyBytes: number
  bodyTimeoutSeconds: number
}

// Up to here the server may collect a body for us, which is faster than part by part.
export const SHORT_BYTES = 64 * 1024

// Bun reads so much of a body of unknown length at once, before anybody can refuse it.
const FIRST_BYTES = 512 * 1024

/**
 * Reads a body of at most `maxBodyBytes`, once there is room for it in memory. What it takes is given
 * back at the end of the request.
 * @throws {AppError} `too_large`, `busy`, `timeout`, `unsupported_media_type` for an encoding we
 * cannot undo
 */
export async function readWire(c: AppContext, limits: Limits): Promise<WireBody> {
  const { lease, encoding, bytes } = await receiveBody(c, limits)
  const charset = charsetOf(c.req.header('Content-Type'))
  if (encoding !== 'identity') return { lease, encoding, bytes, charset }
  return wireBody(bytes, { lease, charset, short: SHORT_BYTES })
}

/**
 * Reads a body that is no text, decompressed, under the same limits.
 * @throws {AppError} as `readWire`, and `invalid_encoding`
 */
export async function readBytes(
  c: AppContext,
  limits: Limits,
): Promise<{ lease: Lease; bytes: Uint8Array }> {
  const { lease, encoding, bytes } = await receiveBody(c, limits)
  if (encoding === 'identity') return { lease, bytes }
  const unpacked = await unpack({ lease, encoding, bytes }, limits.maxBodyBytes)
  if (unpacked === undefined) throw bodyTooLarge(limits.maxBodyBytes)
  return { lease, bytes: unpacked }
}

interface Received {
  lease: Lease
  encoding: Compression | 'identity'
  bytes: Uint8Array
}

async function receiveBody(c: AppContext, limits: Limits): Promise<Received> {
  const request = c.req.raw
  const { maxBodyBytes: limit, bodyTimeoutSeconds } = limits
  const pace = { wholeMs: bodyTimeoutSeconds * 1000 }
  const header = request.headers.get('Content-Length')
  const length = header === null ? undefined : Number(header)
  if (length !== undefined && length > limit) throw bodyTooLarge(limit)
  const encoding = encodingOf(c)
  const isShort = length !== undefined && length <= SHORT_BYTES
  const first = length ?? FIRST_BYTES
  const lease = await leaseFor(c, isShort ? first * MOST_PER_BYTE : first, first)

  // We watch the clock from here on, until there is an answer to be sent.
  c.env?.patience?.(0)
  try {
    if (isShort) {
      const bytes = new Uint8Array(await inTime(request.arrayBuffer(), length, pace))
      // With a length the server has counted for us.
      if (bytes.length > limit) throw bodyTooLarge(limit)
      return { lease, encoding, bytes }
    }
    const { body } = request
    const sizes = { limit, length, room: first }
    const bytes = body === null ? new Uint8Array() : await collect(body, { lease, pace, ...sizes })
    if (bytes === undefined) throw bodyTooLarge(limit)
    return { lease, encoding, bytes }
  } finally {
    lease.arrived()
    c.env?.patience?.()
  }
}

/**
 * Reads a body and decodes it, for a route that has no use for it as it came.
 * @throws {AppError} as `readWire` and `decodeWire`
 */
export async function readText(c: AppContext, limits: Limits): Promise<Decoded & { lease: Lease }> {
  const wire = await readWire(c, limits)
  const decoded = await decodeWire(wire, { maxBytes: limits.maxBodyBytes })
  return { ...decoded, lease: wire.lease }
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/i

/** @returns the charset that a `Content-Type` names, where that is not UTF-8 or within it */
export function charsetOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !contentType.includes(';')) return undefined
  const charset = CHARSET.exec(contentType)?.[1]?.slice(0, MAX_CHARSET)
  return charset === undefined || /^(utf-?8|us-ascii|)$/i.test(charset) ? undefined : charset
}

// The longest label of the Encoding Standard has 19 characters.
const MAX_CHARSET = 40

// RFC 9110, 8.4.1.3: `x-gzip` is the same as `gzip`.
const encodings = new Map<string, Received['encoding']>([
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
  ['zstd', 'zstd'],
  // Senders write their charset here, or that there is nothing to say.
  ['utf-8', 'identity'],
  ['utf8', 'identity'],
  ['none', 'identity'],
])

export function encodingOf(c: AppContext): Received['encoding'] {
  const header = c.req.header('Content-Encoding')
  if (header === undefined) return 'identity'
  const named = header.split(',').map((name) => name.trim().toLowerCase())
  const [name = 'identity', ...more] = named.filter((one) => one !== '' && one !== 'identity')
  const encoding = more.length === 0 ? encodings.get(name) : undefined
  if (encoding !== undefined) return encoding
  c.header('Accept-Encoding', 'gzip, deflate, br, zstd, identity')
  throw new AppError(
    'unsupported_media_type',
    'Content-Encoding must be gzip, deflate, br, zstd or identity.',
  )
}
