import type { Steps } from '../syntax/steps'
import { decodePlain } from './plain'
import { surveying } from './survey'

/**
 * Text of which some bytes are not UTF-8 is carried with a stand-in for each of these: the characters
 * that the Encoding Standard's `x-user-defined` has for them, in the Private Use Area. So the rest can
 * be read, and not one byte is lost.
 */
const STAND_INS = /[\uf780-\uf7ff]/
const FIRST_STAND_IN = 0xf700

// Text that somebody cut or pasted in a wrong charset has a few; more is no text with a flaw.
const MOST_BROKEN = 1_000

/**
 * Decodes UTF-8, with stand-ins for what is none.
 * @param bad the offsets of all bytes that are not
 * @returns undefined when there are too many, or the text has characters of its own that stand-ins use
 */
export function* decodingBroken(
  bytes: Uint8Array,
  bad: readonly number[],
): Steps<string | undefined> {
  if (bad.length > MOST_BROKEN) return undefined
  const parts: string[] = []
  let done = 0
  for (const at of [...bad, bytes.length]) {
    const part = strictlyUtf8(bytes.subarray(done, at))
    if (part === undefined || STAND_INS.test(part)) return undefined
    parts.push(part)
    if (at < bytes.length) parts.push(String.fromCharCode(FIRST_STAND_IN + bytes[at]!))
    done = at + 1
    yield
  }
  return parts.join('')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function strictlyUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** Counts the bytes of a text that stand-ins stand for. */
export function countBroken(text: string): number {
  let count = 0
  for (let at = text.search(STAND_INS); at >= 0 && at < text.length; at += 1) {
    if (isStandIn(text.charCodeAt(at))) count += 1
  }
  return count
}

function isStandIn(code: number): boolean {
  return code >= 0xf780 && code <= 0xf7ff
}

/** Returns the bytes of which the text was decoded, each as it came. */
export function bytesOfBroken(text: string): Uint8Array {
  const parts: Uint8Array[] = []
  for (const part of text.split(/([\uf780-\uf7ff])/)) {
    const code = part.charCodeAt(0)
    const isOne = part.length === 1 && isStandIn(code)
    parts.push(isOne ? Uint8Array.of(code - FIRST_STAND_IN) : Buffer.from(part))
  }
  return Buffer.concat(parts)
}

/** Says which byte of a text is the first that is not UTF-8. */
export function sayBroken(text: string): string {
  const at = text.search(STAND_INS)
  const byte = (text.charCodeAt(at) - FIRST_STAND_IN).toString(16).toUpperCase()
  const offset = Buffer.byteLength(text.slice(0, at))
  return `Byte 0x${byte} at offset ${offset} of it is not UTF-8`
}

/** Decodes the bytes of an item that are kept as they came. @returns text, with stand-ins if need be */
export function* decodingKept(bytes: Uint8Array): Steps<string | undefined> {
  const plain = decodePlain(bytes)
  if (plain !== undefined) return plain
  const survey = yield* surveying(bytes)
  return yield* decodingBroken(bytes, survey.badAt)
}
