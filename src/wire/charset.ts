import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import type { Steps } from '../syntax/steps'
import { firstBadByte } from './bad-byte'
import { decodingBroken } from './broken'
import type { Decoded } from './decoded'
import { strictDecoder } from './decoder'
import { couldBeWestern, surveying } from './survey'
import { decodeWestern } from './western'

const WESTERN = 'windows-1252'
const UTF8 = 'utf-8'

/**
 * Decodes text in another charset than UTF-8: as declared where it can be, else by what the bytes
 * themselves tell. The Encoding Standard (WHATWG) says which labels there are, and that `iso-8859-1`
 * and `us-ascii` mean windows-1252.
 * @param label what `Content-Type` says, where that is not UTF-8
 * @param mayBreak whether text may have a few bytes in it that are not UTF-8, with stand-ins
 * @throws {AppError} `invalid_encoding`, naming the charset and the first byte that is not of it
 */
export function* decodingCharset(
  bytes: Uint8Array,
  label: string | undefined,
  mayBreak = false,
): Steps<Decoded> {
  const declared = label === undefined ? undefined : nameOf(label)
  const marked = markIn(bytes)
  if (marked !== undefined) {
    const isTold = declared === marked.name || marked.name === UTF8 || marked.hasMark
    const notes = isTold
      ? []
      : [recognisedNote(marked.name, 'it has a zero beside each character of ASCII')]
    yield
    return { text: strictly(bytes, marked.name), notes }
  }
  const survey = yield* surveying(bytes)
  const isUtf8 = survey.firstBad === undefined
  if (isUtf8 && !mayBeOther(declared)) {
    return { text: strictly(bytes, UTF8), notes: notesOnUtf8(label, declared, survey.longer) }
  }
  if (declared !== undefined && declared !== UTF8 && !declared.startsWith('utf-16')) {
    const text = decoded(bytes, declared)
    if (text !== undefined) return { text, notes: [] }
    if (!isUtf8) throw notOf(declared, bytes)
    return { text: strictly(bytes, UTF8), notes: notesOnUtf8(label, declared, survey.longer) }
  }
  if (couldBeWestern(survey)) {
    const why = `byte ${hex(bytes[survey.firstBad!]!)} at offset ${survey.firstBad} is not UTF-8`
    return { text: decodeWestern(bytes), notes: [recognisedNote(WESTERN, why)] }
  }
  const broken = mayBreak ? yield* decodingBroken(bytes, survey.badAt) : undefined
  if (broken !== undefined && /^\s*[[{]/.test(broken)) {
    return { text: broken, notes: [], isBroken: true }
  }
  throw notOf(UTF8, bytes, survey.firstBad)
}

/** @returns the Encoding Standard's name for a label; undefined for one that it does not have */
function nameOf(label: string): string | undefined {
  try {
    return strictDecoder(label).encoding
  } catch {
    return undefined
  }
}

/**
 * Knows UTF-8 and UTF-16 by their byte order mark, and UTF-16 by the zeros beside the characters of
 * ASCII with which a JSON text begins (RFC 4627, 3).
 */
function markIn(bytes: Uint8Array): { name: string; hasMark: boolean } | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return { name: UTF8, hasMark: true }
  if (first === 0xff && second === 0xfe) return { name: 'utf-16le', hasMark: true }
  if (first === 0xfe && second === 0xff) return { name: 'utf-16be', hasMark: true }
  if (bytes.length < 2 || (first === 0) === (second === 0)) return undefined
  return { name: first === 0 ? 'utf-16be' : 'utf-16le', hasMark: false }
}

/**
 * Tells whether bytes that are valid UTF-8 may well be text in this charset all the same: in those
 * with two bytes a character they are by accident, in those that shift they always are.
 */
function mayBeOther(declared: string | undefined): boolean {
  return /^(iso-2022|gb|big5|euc|shift|hz)/.test(declared ?? '')
}

function notesOnUtf8(label: string | undefined, declared: string | undefined, longer: number) {
  if (label === undefined || declared === UTF8) return []
  if (declared !== undefined && longer === 0) return []
  const shown = JSON.stringify(label.slice(0, SHOWN_LABEL).toWellFormed())
  const what = declared === undefined ? 'is no charset known here' : 'is not what the bytes are'
  const message = `The charset ${shown} ${what}: the body was read as UTF-8, which it is throughout`
  return [{ path: ['Content-Type'], message, code: 'charset_mismatch' }]
}

// The longest label of the Encoding Standard has 19 characters.
const SHOWN_LABEL = 40

function recognisedNote(name: string, why: string): Issue {
  const message = `The body was recognised as ${name} (${why}), and is kept as Unicode. Send UTF-8, or name the charset in Content-Type`
  return { path: [], message, code: 'charset_recognised' }
}

function decoded(bytes: Uint8Array, name: string): string | undefined {
  if (name === WESTERN) return decodeWestern(bytes)
  try {
    return strictDecoder(name).decode(bytes)
  } catch {
    return undefined
  }
}

function strictly(bytes: Uint8Array, name: string): string {
  const text = decoded(bytes, name)
  if (text === undefined) throw notOf(name, bytes)
  return text
}

function notOf(name: string, bytes: Uint8Array, at = firstBadByte(bytes, name)): AppError {
  const byte = at < bytes.length ? `Byte ${hex(bytes[at]!)} at offset ${at}` : `Its end at ${at}`
  const message = `${byte} is not ${name.toUpperCase()}, and the body is recognised as nothing else`
  const errors = [{ path: [], message, code: 'invalid_charset' }]
  return new AppError('invalid_encoding', `The body is no text: ${message}.`, { errors })
}

function hex(byte: number): string {
  return `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`
}
