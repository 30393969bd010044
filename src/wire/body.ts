import { AppError } from '../error/app-error'
import type { Lease } from '../memory/budget'
import { estimatingCost, MAX_VALUES } from '../syntax/json-cost'
import { inTurn, inTurns } from '../syntax/steps'
import type { Decoded, OddBody } from './decoded'
import { bodyTooLarge, decodePlain } from './plain'
import { type Packed, unpack } from './unpack'

/** A wire body is text, bytes that are still to be decompressed, or bytes that nobody knows yet. */
export type WireBody = PlainBody | Packed | OddBody

export interface PlainBody {
  lease: Lease
  encoding: 'identity'
  text: string
  /** The flag says whether the lease already has room for the values of the text, too. */
  hasRoom: boolean
}

interface Limits {
  /** The limit of the text, decompressed. */
  maxBytes: number
  /** Text with a few bytes in it that are not UTF-8 is decoded, too: what holds them is refused later. */
  mayBreak?: boolean
}

/**
 * Makes a body of bytes that came uncompressed, as far as their headers say.
 * @param charset what `Content-Type` says, where that is not UTF-8
 * @param short whether the lease has room for the values of a text that is no longer than this
 */
export async function wireBody(
  bytes: Uint8Array,
  { lease, charset, short }: { lease: Lease; charset?: string | undefined; short: number },
): Promise<PlainBody | OddBody> {
  const isLong = bytes.length > short
  const plain = () => (charset === undefined ? decodePlain(bytes) : undefined)
  const text = isLong ? await inTurn(plain) : plain()
  if (text === undefined) return { lease, encoding: 'unknown', bytes, charset }
  return { lease, encoding: 'identity', text, hasRoom: !isLong }
}

/**
 * Decodes a body of the wire into text, once there is room for the values that parsing will make.
 * @throws {AppError} `invalid_encoding`, `busy`; `too_large` as soon as `maxBytes` have come out,
 * or when it holds more values than may be read at once
 */
export async function decodeWire(body: WireBody, limits: Limits): Promise<Decoded> {
  if (body.encoding === 'identity' && body.hasRoom) return noted(body.text)
  const decoded = body.encoding === 'identity' ? noted(body.text) : await fromBytes(body, limits)
  const { values, bytes } = await inTurns(estimatingCost(decoded.text))
  if (values > MAX_VALUES) throw tooManyValues()
  await body.lease.grow(bytes)
  return decoded
}

async function fromBytes(body: Packed | OddBody, limits: Limits): Promise<Decoded> {
  const { maxBytes } = limits
  const { lease, charset } = body
  if (body.encoding === 'unknown') return recognised(body, limits)
  let unpacked: Uint8Array | undefined
  try {
    unpacked = await unpack(body, maxBytes)
  } catch (thrown) {
    const { plainDespite } = await import('./recognise')
    const plain = plainDespite(thrown, body)
    if (plain === undefined) throw thrown
    return plain
  }
  if (unpacked === undefined) throw bodyTooLarge(maxBytes)
  const odd = await wireBody(unpacked, { lease, charset, short: 0 })
  return odd.encoding === 'identity' ? noted(odd.text) : recognised(odd, limits)
}

async function recognised(body: OddBody, limits: Limits): Promise<Decoded> {
  const { recognise } = await import('./recognise')
  return recognise(body, limits)
}

/** Decodes bytes that are text in one charset or another. @throws {AppError} as `decodeWire` */
export async function decodeText(
  bytes: Uint8Array,
  lease: Lease,
  maxBytes: number,
): Promise<Decoded> {
  const body = await wireBody(bytes, { lease, short: 0 })
  return body.encoding === 'identity' ? noted(body.text) : recognised(body, { maxBytes })
}

const REPLACED = '\ufffd'

/** Notes where a text holds what a program before us has put for bytes that it could not read. */
function noted(text: string): Decoded {
  const at = text.indexOf(REPLACED)
  if (at < 0) return { text, notes: [] }
  const message = `The text holds U+FFFD at offset ${at}: a program on the way put it for bytes that were not UTF-8, and what they were is lost`
  return { text, notes: [{ path: [], message, code: 'replacement_character' }] }
}

function tooManyValues(): AppError {
  const message = `A body may hold at most ${MAX_VALUES} values: objects, arrays, members and elements`
  const errors = [{ path: [], message, code: 'too_many_values' }]
  return new AppError('too_large', `${message}.`, { errors })
}
