import { AppError } from '../error/app-error'
import type { Lease } from '../memory/budget'
import { MOST_PER_BYTE } from '../syntax/json-cost'
import { mediaType } from '../syntax/media-type'
import { bodyTooLarge, decodeUtf8, decodeWire, type WireBody } from '../wire/body'
import { type Packed, unpack } from '../wire/unpack'
import { collect } from './collect'
import type { AppContext } from './context'
import { leaseFor } from './lease'
import { inTime } from './pace'

interface Limits {
  maxBodyBytes: number
  bodyTimeoutSeconds: number
}

// Up to here the server may collect a body for us, which is faster than part by part.
const SHORT_BYTES = 64 * 1024

// Bun reads so much of a body of unknown length at once, before anybody can refuse it.
const FIRST_BYTES = 512 * 1024

/**
 * Takes a body without a media type as the first of those: a sender's library that forgets it cannot be
 * mended here.
 * @returns the media type, without parameters, in lower case
 * @throws {AppError} `unsupported_media_type`
 */
export function requireMediaType(c: AppContext, ...taken: [string, ...string[]]): string {
  const header = c.req.header('Content-Type')
  if (header === undefined) return taken[0]
  const type = mediaType(header)
  if (type !== undefined && taken.includes(type)) return type
  throw new AppError('unsupported_media_type', `Content-Type must be ${taken.join(' or ')}.`)
}

/**
 * Reads a body of at most `maxBodyBytes`, once there is room for it in memory. What it takes is given
 * back at the end of the request.
 * @throws {AppError} `too_large`, `busy`, `timeout`, `unsupported_media_type` for an encoding we
 * cannot undo
 */
export async function readWire(c: AppContext, limits: Limits): Promise<WireBody> {
  const body = await receiveBody(c, limits, true)
  if (body.encoding !== 'identity') return body
  if ('text' in body) return { ...body, encoding: 'identity', hasRoom: true }
  const text = await decodeUtf8(body.bytes)
  const { lease } = body
  return { lease, encoding: 'identity', text, hasRoom: text.length <= SHORT_BYTES }
}

/**
 * Reads a body that is no text, decompressed, under the same limits.
 * @throws {AppError} as `readWire`, and `invalid_encoding`
 */
export async function readBytes(
  c: AppContext,
  limits: Limits,
): Promise<{ lease: Lease; bytes: Uint8Array }> {
  const { lease, encoding, bytes } = await receiveBody(c, limits, false)
  if (encoding === 'identity') return { lease, bytes }
  const unpacked = await unpack({ lease, encoding, bytes }, limits.maxBodyBytes)
  if (unpacked === undefined) throw bodyTooLarge(limits.maxBodyBytes)
  return { lease, bytes: unpacked }
}

interface Bytes {
  lease: Lease
  encoding: 'identity'
  bytes: Uint8Array
}

interface Text {
  lease: Lease
  encoding: 'identity'
  text: string
}

async function receiveBody(
  c: AppContext,
  limits: Limits,
  asText: true,
): Promise<Packed | Bytes | Text>
async function receiveBody(c: AppContext, limits: Limits, asText: false): Promise<Packed | Bytes>
async function receiveBody(c: AppContext, limits: Limits, asText: boolean) {
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
    if (asText && isShort && encoding === 'identity') {
      const text = await inTime(request.text(), length, pace)
      // With a length the server has counted for us; a text has no more characters than bytes.
      if (text.length > limit) throw bodyTooLarge(limit)
      return { lease, encoding, text }
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
export async function readText(c: AppContext, limits: Limits): Promise<string> {
  return decodeWire(await readWire(c, limits), limits.maxBodyBytes)
}

function encodingOf(c: AppContext): WireBody['encoding'] {
  const header = c.req.header('Content-Encoding')
  if (header === undefined) return 'identity'
  const named = header.split(',').map((name) => name.trim().toLowerCase())
  const [name = 'identity', ...more] = named.filter((one) => one !== '' && one !== 'identity')
  if (more.length === 0) {
    if (name === 'identity' || name === 'deflate') return name
    // RFC 9110, 8.4.1.3: `x-gzip` is the same.
    if (name === 'gzip' || name === 'x-gzip') return 'gzip'
  }
  c.header('Accept-Encoding', 'gzip, deflate, identity')
  throw new AppError(
    'unsupported_media_type',
    'Content-Encoding must be gzip, deflate or identity.',
  )
}
