import { AppError } from '../../error/app-error'
import { translate } from '../../error/translate'
import type { Receipt } from '../../event/receipt'
import { RECEIPT_BYTES } from '../../ingest/receipt-text'
import { createTotal } from '../../ingest/total'
import { type Lease, unbounded } from '../../memory/budget'
import { wireBody } from '../../wire/body'
import { inflating } from '../../wire/inflating'
import { type LinePiece, linePieces } from '../../wire/line-pieces'
import { bodyTooLarge } from '../../wire/plain'
import { type Compression, hasZlibHeader } from '../../wire/unpack'
import { encodingOf } from '../body'
import type { AppContext } from '../context'
import { leaseFor } from '../lease'
import type { takeBody } from '../receive'
import { streamOf } from '../stream-body'

// A piece is read, stored and acknowledged before the next is asked for. A disk writes a megabyte in
// the time that it takes to make one durable, so that larger ones would gain little.
const PIECE_BYTES = 1024 * 1024
// Far below what a request may bring in one go (`MAX_ITEMS`).
const PIECE_LINES = 20_000
// The piece that is dealt with, and the one that comes in meanwhile.
const ROOM_BYTES = 2 * PIECE_BYTES

/**
 * Takes a body of lines in, piece by piece, as `takeBody` takes one in whole: in the same memory, however
 * long it is. A body that ends within the first piece is taken in as any other.
 * @throws {AppError} with `linesTaken` when it fails after a piece was stored
 */
export const takeLines: typeof takeBody = async (c, { services, options }, opened) => {
  const { config, maxReplyBytes = RECEIPT_BYTES, log } = options
  const { maxBodyBytes, bodyTimeoutSeconds } = config
  const encoding = encodingOf(c)
  const packed = encoding === 'identity' ? undefined : encoding
  const coming = comingOf(c, packed)
  // A short body takes its length and its copy: a hundred of them may come at once, and would be turned
  // away if each took the room of a long one.
  const room = Math.min(2 * coming, ROOM_BYTES)
  const lease = await leaseFor(c, room, coming)
  const pace = { wholeMs: bodyTimeoutSeconds * 1000 }
  const body = c.req.raw.body ?? new Blob([]).stream()
  const stream = streamOf(body, { pace, keepBytes: maxBodyBytes })
  const total = createTotal({ ...opened.sender, ...opened.sender.server }, maxReplyBytes)
  let linesTaken = 0

  // We watch the clock from here on.
  c.env?.patience?.(0)
  try {
    const unpacked = packed ? inflating(stream.chunks(), packed) : stream.chunks()
    const pieces = linePieces(unpacked, sizesFor(lease, room, maxBodyBytes))
    for await (const piece of pieces) {
      const isFirst = linesTaken === 0
      if (isFirst && piece.isLast) return await takeWhole([piece.bytes])
      if (isFirst && !isPlain(piece.bytes)) return await takeWhole(await restOf(piece, pieces))
      stream.forget()
      total.add(await takePiece(piece))
      linesTaken += piece.lines
      stream.progressed()
    }
    return linesTaken === 0 ? await takeWhole([]) : total.receipt()
  } catch (thrown) {
    const sent = packed && isBadEncoding(thrown) ? await wholeAsSent() : undefined
    if (sent !== undefined) return await takeWhole(sent, packed)
    throw linesTaken === 0 ? thrown : partly(c, thrown as Error)
  } finally {
    await stream.close()
    c.env?.patience?.()
  }

  async function takePiece({ bytes }: LinePiece): Promise<Receipt> {
    if (!(await services.identity.isCurrent(opened.principal, 'events:write'))) {
      throw new AppError('unauthenticated', 'What this was sent with no longer holds.')
    }
    // Each piece has room of its own, so that streams take turns; what it needs depends on no sender.
    const budget = c.get('budget')
    const tenantId = c.get('tenantId')
    const own = budget === undefined ? unbounded : await budget.lease(tenantId, 0)
    try {
      own.arrived()
      const body = await wireBody(bytes, { lease: own, short: 0 })
      return await services.ingest({ ...opened, body, linesBefore: linesTaken })
    } finally {
      own.release()
    }
  }

  /** Takes in what is no stream, for its length or for how it is written, as any other body. */
  async function takeWhole(parts: Uint8Array[], encoding?: Compression): Promise<Receipt> {
    const bytes = Buffer.concat(parts)
    lease.arrived()
    const body = encoding ? { lease, encoding, bytes } : await wireBody(bytes, { lease, short: 0 })
    return services.ingest({ ...opened, body })
  }

  async function restOf(first: LinePiece, pieces: AsyncIterable<LinePiece>) {
    await lease.grow(maxBodyBytes)
    const parts = [first.bytes]
    let size = first.bytes.length
    for await (const { bytes } of pieces) {
      parts.push(bytes)
      size += bytes.length
      if (size > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
    }
    return parts
  }

  /** Reads a body to its end that cannot be decompressed, so that it is kept as it came. */
  async function wholeAsSent(): Promise<Uint8Array[] | undefined> {
    if (stream.beginning() === undefined) return undefined
    await lease.grow(maxBodyBytes)
    for await (const _ of stream.chunks()) if (stream.beginning() === undefined) return undefined
    return stream.beginning()
  }

  /** Says how far it came: what stands there is stored, and recognised when all is sent again. */
  function partly(c: AppContext, thrown: Error): AppError {
    const requestId = c.get('requestId')
    const error = translate(thrown, log, { requestId, route: c.req.routePath })
    // The rest of the body is not waited for.
    c.header('Connection', 'close')
    const detail = `${error.message} The first ${linesTaken} lines are taken: go on after them, or send all again.`
    const { code, errors, retryAfter } = error
    const extra = { ...error.extra, linesTaken }
    return new AppError(code, detail, {
      ...{ errors, extra, cause: thrown },
      ...(retryAfter !== undefined && { retryAfter }),
    })
  }
}

/** Tells how many bytes may come; more than there is room for, where nobody can know. */
function comingOf(c: AppContext, packed: Compression | undefined): number {
  const length = c.req.header('Content-Length')
  return packed === undefined && length !== undefined ? Number(length) : ROOM_BYTES
}

function sizesFor(lease: Lease, room: number, maxLineBytes: number) {
  let held = room
  return {
    ...{ pieceBytes: PIECE_BYTES, pieceLines: PIECE_LINES, maxLineBytes },
    /** A long line takes more than its piece. */
    async room(bytes: number) {
      const more = 2 * bytes - held
      if (more <= 0) return
      await lease.grow(more)
      held += more
    },
  }
}

function isBadEncoding(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === 'invalid_encoding'
}

/** Tells lines of text from what has to be known whole: UTF-16, and what is compressed unsaid. */
function isPlain(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes
  const isPacked = first === 0x1f || (first === 0x28 && second === 0xb5)
  const isZlib = first === 0x78 && hasZlibHeader(bytes)
  return first !== 0 && second !== 0 && first < 0xfe && !isPacked && !isZlib
}
