import { AppError } from '../error/app-error'
import type { Lease } from '../memory/budget'
import { estimatingCost, MAX_VALUES } from '../syntax/json-cost'
import { inTurn, inTurns } from '../syntax/steps'
import { type Packed, unpack } from './unpack'

/** A wire body is text, or bytes that are still to be decompressed. */
export type WireBody = PlainBody | Packed

export interface PlainBody {
  lease: Lease
  encoding: 'identity'
  text: string
  /** The flag says whether the lease already has room for the values of the text, too. */
  hasRoom: boolean
}

// The decoder follows the Encoding Standard: a byte order mark is removed, bytes that are not UTF-8
// become U+FFFD. A sender whose one name is badly encoded does not lose its events for it.
const utf8 = new TextDecoder()

/** Decodes UTF-8 when its turn has come. */
export function decodeUtf8(bytes: Uint8Array): Promise<string> {
  return inTurn(() => utf8.decode(bytes))
}

/**
 * Decodes a body of the wire into text, once there is room for the values that parsing will make.
 * @param maxBytes the limit of the text, decompressed
 * @throws {AppError} `invalid_encoding`, `busy`; `too_large` as soon as `maxBytes` have come out,
 * or when it holds more values than may be read at once
 */
export async function decodeWire(body: WireBody, maxBytes: number): Promise<string> {
  const text = body.encoding === 'identity' ? body.text : await unpacked(body, maxBytes)
  if (body.encoding === 'identity' && body.hasRoom) return text
  const { values, bytes } = await inTurns(estimatingCost(text))
  if (values > MAX_VALUES) throw tooManyValues()
  await body.lease.grow(bytes)
  return text
}

async function unpacked(packed: Packed, maxBytes: number): Promise<string> {
  const bytes = await unpack(packed, maxBytes)
  if (bytes === undefined) throw bodyTooLarge(maxBytes)
  return decodeUtf8(bytes)
}

export function bodyTooLarge(maxBytes: number): AppError {
  return new AppError('too_large', `A body may have at most ${maxBytes} bytes, also decompressed.`)
}

function tooManyValues(): AppError {
  const message = `A body may hold at most ${MAX_VALUES} values: objects, arrays, members and elements`
  const errors = [{ path: [], message, code: 'too_many_values' }]
  return new AppError('too_large', `${message}.`, { errors })
}
