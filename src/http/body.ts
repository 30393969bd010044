import { AppError } from '../error/app-error'
import type { Lease } from '../memory/budget'
import { estimatingCost, MAX_VALUES, MOST_PER_BYTE } from '../syntax/json-cost'
import { mediaType } from '../syntax/media-type'
import { inTurn, inTurns } from '../syntax/steps'
import { inTime } from './arrival'
import { collect } from './collect'
import type { AppContext } from './context'
import { leaseFor } from './lease'
import { type Packed, unpack } from './unpack'

/** A body as it came: text, or bytes that are still to be decompressed. */
export type WireBody = { lease: Lease; encoding: 'identity'; text: string } | Packed

interface Limits {
  maxBodyBytes: number
  bodyTimeoutSeconds: number
}

// As the Encoding Standard decodes: a byte order mark goes, what is not UTF-8 becomes U+FFFD. A
// sender whose one name is badly encoded does not lose its events for it.
const utf8 = new TextDecoder()

// Up to here the server may collect a body for us, which is faster than part by part.
const SHORT_BYTES = 64 * 1024

// Of a body of unknown length: so much Bun reads at once, before anybody can say no.
const FIRST_BYTES = 512 * 1024

/**
 * What no media type says is taken as JSON: a sender's library that forgets it cannot be mended here.
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
  const request = c.req.raw
  const { maxBodyBytes: limit, bodyTimeoutSeconds } = limits
  const pace = { wholeMs: bodyTimeoutSeconds * 1000 }
  const header = request.headers.get('Content-Length')
  const length = header === null ? undefined : Number(header)
  if (length !== undefined && length > limit) throw tooLarge(limit)
  const encoding = encodingOf(c)
  const isShort = length !== undefined && length <= SHORT_BYTES
  const first = length ?? FIRST_BYTES
  const lease = await leaseFor(c, isShort ? first * MOST_PER_BYTE : first, first)

  // We watch the clock from here on, until there is an answer to be sent.
  c.env?.patience?.(0)
  try {
    if (isShort && encoding === 'identity') {
      const text = await inTime(request.text(), length, pace)
      // With a length the server has counted for us; a text has no more characters than bytes.
      if (text.length > limit) throw tooLarge(limit)
      return { lease, encoding, text }
    }
    const { body } = request
    const sizes = { limit, length, room: first }
    const bytes = body === null ? new Uint8Array() : await collect(body, { lease, pace, ...sizes })
    if (bytes === undefined) throw tooLarge(limit)
    return encoding === 'identity'
      ? { lease, encoding, text: await inTurn(() => utf8.decode(bytes)) }
      : { lease, encoding, bytes }
  } finally {
    lease.arrived()
    c.env?.patience?.(ANSWER_SECONDS)
  }
}

// Longer than the 15 s that the most patient sender waits for an answer (Canvas).
const ANSWER_SECONDS = 30

/**
 * @returns the text, once there is room for what will be made of it
 * @throws {AppError} `invalid_encoding`, `busy`; `too_large` as soon as `maxBodyBytes` have come out,
 * or when it holds more values than may be read at once
 */
export async function decodeWire(
  wire: WireBody,
  { maxBodyBytes: limit }: Pick<Limits, 'maxBodyBytes'>,
): Promise<string> {
  const text = wire.encoding === 'identity' ? wire.text : await unpacked(wire, limit)
  // A short one has its room already.
  if (text.length > SHORT_BYTES || wire.encoding !== 'identity') {
    const { values, bytes } = await inTurns(estimatingCost(text))
    if (values > MAX_VALUES) throw tooManyValues()
    await wire.lease.grow(bytes)
  }
  return text
}

async function unpacked(wire: Packed, limit: number): Promise<string> {
  const bytes = await unpack(wire, limit)
  if (bytes === undefined) throw tooLarge(limit)
  return inTurn(() => utf8.decode(bytes))
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

function tooLarge(limit: number): AppError {
  return new AppError('too_large', `A body may have at most ${limit} bytes, also decompressed.`)
}

function tooManyValues(): AppError {
  const message = `A body may hold at most ${MAX_VALUES} values: objects, arrays, members and elements`
  const errors = [{ path: [], message, code: 'too_many_values' }]
  return new AppError('too_large', `${message}.`, { errors })
}
