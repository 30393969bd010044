import { chunkLengthOf, framingOf } from './framing'
import { createHeadReader, type Head } from './read-head'

// The limit holds for one line: a status, a field, a chunk's extension or a trailer. No honest one
// is longer.
const MAX_LINE_CHARS = 8 * 1024

// A body that comes byte by byte must not take a hundred bytes of memory for each.
const MAX_PIECES = 1024

const LF = 0x0a

const NOTHING = Buffer.alloc(0)

/**
 * Reads one answer of HTTP/1.1 (RFC 9112) as its bytes come. It holds no more than it was given.
 */
export interface AnswerReader {
  /** Takes the next bytes. @throws {Error} when they are not an answer */
  push(bytes: Buffer): void
  /** The head is known once the final one is read. */
  head(): Head | undefined
  /** Tells whether the answer is complete. */
  isWhole(): boolean
  /** Tells whether another answer may follow: this one is complete, and nothing came after it. */
  leavesOpen(): boolean
  /** Tells that the connection was closed, which ends a body without a length. */
  close(): void
  body(): Buffer
}

/**
 * Makes a reader. @param keepsBytes of the body are returned; the rest is read and dropped
 */
export function createAnswerReader({ keepsBytes }: { keepsBytes: number }): AnswerReader {
  const readHeadLine = createHeadReader()
  const pieces: Buffer[] = []
  let head: Head | undefined
  let line = ''
  /** So many bytes come before the next line. */
  let left = 0
  let readLine = readHead
  let afterBytes = finish
  let isWhole = false
  let hasMore = false
  let kept = 0

  function finish() {
    isWhole = true
  }

  const isUntilClosed = () => left === Number.POSITIVE_INFINITY

  function readHead(text: string) {
    const found = readHeadLine(text)
    if (found === undefined) return
    const framing = framingOf(found)
    head = found
    if (framing.kind === 'none') finish()
    else if (framing.kind === 'chunked') readLine = readChunkLength
    else left = framing.kind === 'length' ? framing.bytes : Number.POSITIVE_INFINITY
  }

  function readChunkLength(text: string) {
    left = chunkLengthOf(text)
    if (left === 0) readLine = readTrailer
    else afterBytes = () => (readLine = readChunkEnd)
  }

  function readChunkEnd(text: string) {
    if (text !== '') throw new Error('its chunks cannot be read')
    readLine = readChunkLength
  }

  function readTrailer(text: string) {
    if (text === '') finish()
  }

  function collect(bytes: Buffer) {
    if (bytes.length === 0) return
    kept += bytes.length
    // A copy, since a few bytes must not hold on to the whole that came with them.
    pieces.push(Buffer.from(bytes))
    if (pieces.length === MAX_PIECES) pieces.splice(0, MAX_PIECES, Buffer.concat(pieces))
  }

  /** Takes bytes of the body. @returns how many were taken */
  function takeBody(bytes: Buffer): number {
    const taken = bytes.subarray(0, left)
    collect(taken.subarray(0, keepsBytes - kept))
    left -= taken.length
    if (left === 0) afterBytes()
    return taken.length
  }

  /** Takes bytes of a line. @returns how many were taken */
  function takeLine(bytes: Buffer): number {
    const end = bytes.indexOf(LF)
    line += bytes.toString('latin1', 0, end === -1 ? bytes.length : end)
    if (line.length > MAX_LINE_CHARS) throw new Error('its answer has a line without end')
    if (end === -1) return bytes.length
    const whole = line.endsWith('\r') ? line.slice(0, -1) : line
    line = ''
    readLine(whole)
    return end + 1
  }

  return {
    push(bytes) {
      let at = 0
      while (at < bytes.length && !isWhole) {
        const rest = bytes.subarray(at)
        at += left > 0 ? takeBody(rest) : takeLine(rest)
      }
      hasMore ||= at < bytes.length
    },
    head: () => head,
    isWhole: () => isWhole,
    leavesOpen: () => isWhole && !hasMore && head?.isPersistent === true && !isUntilClosed(),
    close() {
      if (isUntilClosed()) finish()
    },
    body: () => (pieces.length === 0 ? NOTHING : Buffer.concat(pieces)),
  }
}
