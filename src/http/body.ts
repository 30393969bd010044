import { promisify } from 'node:util'
import { gunzip, inflate, inflateRaw } from 'node:zlib'
import { AppError } from '../error/app-error'
import { mediaType } from '../syntax/media-type'
import type { AppContext } from './context'

/** A body as it came: text, or bytes that are still to be decompressed. */
export type WireBody =
  | { encoding: 'identity'; text: string }
  | { encoding: 'gzip' | 'deflate'; bytes: Uint8Array }

const unzip = { gunzip: promisify(gunzip), inflate: promisify(inflate), raw: promisify(inflateRaw) }

// As the Encoding Standard decodes: a byte order mark goes, what is not UTF-8 becomes U+FFFD. A
// sender whose one name is badly encoded does not lose its events for it.
const utf8 = new TextDecoder()

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
 * Reads a body of at most `limit` bytes.
 * @throws {AppError} `too_large`, `unsupported_media_type` for an encoding we cannot undo
 */
export async function readWire(c: AppContext, limit: number): Promise<WireBody> {
  const request = c.req.raw
  const length = request.headers.get('Content-Length')
  if (length !== null && Number(length) > limit) throw tooLarge(limit)
  const encoding = encodingOf(c)
  // With a length the server has counted for us; a text has no more characters than bytes.
  if (length !== null && encoding === 'identity') {
    const text = await arrived(request.text())
    if (text.length > limit) throw tooLarge(limit)
    return { encoding, text }
  }
  const bytes = request.body === null ? new Uint8Array() : await collect(request.body, limit)
  return encoding === 'identity' ? { encoding, text: utf8.decode(bytes) } : { encoding, bytes }
}

/**
 * @throws {AppError} `invalid_encoding`; `too_large` as soon as `limit` bytes have come out
 */
export async function decodeWire(wire: WireBody, limit: number): Promise<string> {
  if (wire.encoding === 'identity') return wire.text
  try {
    const way = wire.encoding === 'gzip' ? unzip.gunzip : inflateFor(wire.bytes)
    return utf8.decode(await way(wire.bytes, { maxOutputLength: limit }))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit)
    const reason = (cause as Error).message
    throw new AppError('invalid_encoding', `The body is not ${wire.encoding}: ${reason}.`, {
      cause,
    })
  }
}

/** RFC 9110, 8.4.1.2, means zlib's format by `deflate`; some senders leave zlib's header out. */
function inflateFor(bytes: Uint8Array) {
  const [first = 0, second = 0] = bytes
  // RFC 1950, 2.2: method 8, and a check over both bytes.
  const hasHeader = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
  return hasHeader ? unzip.inflate : unzip.raw
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

async function collect(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await arrived(reader.read())
    if (done) return Buffer.concat(chunks, size)
    size += value.byteLength
    if (size > limit) {
      await reader.cancel().catch(() => {})
      throw tooLarge(limit)
    }
    chunks.push(value)
  }
}

async function arrived<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (cause) {
    throw new AppError('invalid_request', 'The connection ended before the body did.', { cause })
  }
}

function tooLarge(limit: number): AppError {
  return new AppError('too_large', `A body may have at most ${limit} bytes, also decompressed.`)
}
