import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import type { Steps } from '../syntax/steps'

/** One body of a multipart message. */
export interface Part {
  /** The names are in lower case. */
  headers: ReadonlyMap<string, string>
  /** The bytes are a view into those of the message. */
  bytes: Uint8Array
}

/** A message with one statement needs one or two; a hundred files at once are more than any sender has. */
export const MAX_PARTS = 256

// A part has three headers, of some hundred bytes.
const MAX_HEADER_BYTES = 8 * 1024

// RFC 2046, 5.1.1: up to 70 of these characters, the last no space.
const BOUNDARY = /^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/
// RFC 9110, 5.6.6: a parameter is a token, or a quoted string.
const PARAMETER = /;\s*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.){0,1000})"|([^\s;"]{1,1000}))/g
const HEADER = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/

const SPEC = 'RFC 2046, 5.1.1'

/**
 * Reads a parameter of a `Content-Type`.
 * @returns undefined when it is missing; of a repeated one the first
 */
export function parameterOf(contentType: string | undefined, name: string): string | undefined {
  for (const [, key, quoted, token] of (contentType ?? '').matchAll(PARAMETER)) {
    if (key!.toLowerCase() === name) return quoted?.replace(/\\(.)/g, '$1') ?? token
  }
  return undefined
}

/**
 * Takes a multipart message apart (RFC 2046, 5.1), without copying any of it. Where two readers could
 * differ over where a part ends, the message is refused.
 * @throws {AppError} `invalid_request`; `too_large` for more than `MAX_PARTS`
 */
export function* readingParts(message: Uint8Array, contentType: string | undefined): Steps<Part[]> {
  const boundary = parameterOf(contentType, 'boundary')
  if (boundary === undefined || !BOUNDARY.test(boundary)) {
    const message = 'Needs a boundary of 1 to 70 characters'
    throw refused(['Content-Type'], message, boundary === undefined ? 'required' : 'invalid_value')
  }
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
  const parts: Part[] = []
  let at = firstDelimiter(bytes, boundary)
  for (;;) {
    if (at < 0)
      throw refused(['parts', parts.length], 'The boundary that ends it is missing', 'cut')
    const line = endOfDelimiter(bytes, at + boundary.length + 2, parts.length)
    if (line.isLast) break
    if (parts.length === MAX_PARTS) throw tooManyParts()
    // The line end before a delimiter belongs to it; that after the headers may be the same one.
    const next = bytes.indexOf(`\r\n--${boundary}`, line.end - 2, 'latin1')
    const end = next < 0 ? bytes.length : Math.max(next, line.end)
    parts.push(partOf(bytes.subarray(line.end, end), parts.length))
    at = next < 0 ? -1 : next + 2
    yield
  }
  if (parts.length === 0) throw refused(['parts'], 'There is none', 'required')
  return parts
}

/** Finds the two dashes of the first delimiter: at the beginning, or of a line behind a preamble. */
function firstDelimiter(bytes: Buffer, boundary: string): number {
  const delimiter = `--${boundary}`
  if (bytes.toString('latin1', 0, delimiter.length) === delimiter) return 0
  const at = bytes.indexOf(`\r\n${delimiter}`, 0, 'latin1')
  return at < 0 ? -1 : at + 2
}

const SPACE = 32
const TAB = 9
const CR = 13
const LF = 10
const DASH = 45

/** Reads what stands behind a boundary in its line: nothing, or the two dashes of the last one. */
function endOfDelimiter(bytes: Buffer, from: number, index: number) {
  const isLast = bytes[from] === DASH && bytes[from + 1] === DASH
  let at = isLast ? from + 2 : from
  while (bytes[at] === SPACE || bytes[at] === TAB) at += 1
  const isLineEnd = bytes[at] === CR && bytes[at + 1] === LF
  if (isLineEnd || (isLast && at === bytes.length)) return { isLast, end: at + 2 }
  const message = 'The line of its boundary goes on: it could be that of another'
  throw refused(['parts', index], message, 'ambiguous_boundary')
}

function partOf(bytes: Buffer, index: number): Part {
  const lines: string[] = []
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at, 'latin1')
    if (end === at) return { headers: headersOf(lines, index), bytes: bytes.subarray(end + 2) }
    const until = end < 0 ? bytes.length : end
    if (until > MAX_HEADER_BYTES) {
      throw refused(
        ['parts', index],
        `Has more than ${MAX_HEADER_BYTES} bytes of headers`,
        'too_long',
      )
    }
    if (until > at) lines.push(bytes.toString('latin1', at, until))
    // A part of headers alone has no empty line behind them.
    if (end < 0) return { headers: headersOf(lines, index), bytes: bytes.subarray(bytes.length) }
    at = end + 2
  }
}

function headersOf(lines: readonly string[], index: number): Map<string, string> {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = HEADER.exec(line) ?? []
    if (name === undefined) {
      throw refused(['parts', index], 'Has a line among its headers that is none', 'invalid_header')
    }
    const key = name.toLowerCase()
    if (headers.has(key)) {
      throw refused(['parts', index, name], 'May be there once only', 'repeated')
    }
    headers.set(key, value!)
  }
  return headers
}

/** Writes a multipart message, piece by piece. */
export function* multipartPieces(
  parts: Iterable<{
    headers: Iterable<readonly [string, string]>
    pieces: Iterable<string | Uint8Array>
  }>,
  boundary: string,
): Generator<string | Uint8Array, undefined> {
  for (const { headers, pieces } of parts) {
    yield `--${boundary}\r\n${[...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
    yield* pieces
    yield '\r\n'
  }
  yield `--${boundary}--\r\n`
  return undefined
}

function refused(path: Issue['path'], message: string, code: string): AppError {
  return new AppError('invalid_request', `The body is not multipart: ${message}.`, {
    errors: [{ path, message, code, spec: SPEC }],
  })
}

function tooManyParts(): AppError {
  const message = `A request may have at most ${MAX_PARTS} parts`
  const errors = [{ path: ['parts'], message, code: 'too_many' }]
  return new AppError('too_large', `${message}.`, { errors })
}
