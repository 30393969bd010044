import type { Edit } from './edits'

/*
 * A text may stand in another one escaped: as a JSON string, in a URL. A layer is such a text as it reads, and the
 * places of its characters in the text around it, so that what is replaced in it can be replaced there.
 */

export interface Layer {
  text: string
  /** `places[i]` is where character `i` begins in the text around it; one more, where all ends. */
  places: Int32Array
}

const BACKSLASH = 92
const PERCENT = 37
const PLUS = 43
const LOWER_U = 117

const plain: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
}

/** Reads what stands between the quotes of a JSON string. A backslash that begins no escape stays one. */
export function unescapedLayer(text: string): Layer {
  const places = new Int32Array(text.length + 1)
  let made = ''
  let from = 0
  let count = 0
  for (let at = 0; at < text.length; ) {
    if (text.charCodeAt(at) !== BACKSLASH || at + 1 === text.length) {
      places[count] = at
      count += 1
      at += 1
      continue
    }
    made += text.slice(from, at)
    const hex = text.charCodeAt(at + 1) === LOWER_U ? text.slice(at + 2, at + 6) : ''
    const isCode = /^[0-9A-Fa-f]{4}$/.test(hex)
    const sign = text[at + 1]!
    made += isCode ? String.fromCharCode(Number.parseInt(hex, 16)) : (plain[sign] ?? sign)
    places[count] = at
    count += 1
    at += isCode ? 6 : 2
    from = at
  }
  places[count] = text.length
  return { text: made + text.slice(from), places: places.subarray(0, count + 1) }
}

/**
 * Reads a text whose characters may be percent-encoded in UTF-8 (RFC 3986, 2.1). What is no such encoding stays.
 * @param plusIsSpace as in forms (application/x-www-form-urlencoded)
 */
export function percentLayer(text: string, plusIsSpace: boolean): Layer {
  const places = new Int32Array(text.length + 1)
  const parts: string[] = []
  let count = 0
  for (let at = 0; at < text.length; ) {
    const char = text.charCodeAt(at)
    const decoded = char === PERCENT ? decodedAt(text, at) : undefined
    const one = decoded?.text ?? (char === PLUS && plusIsSpace ? ' ' : text[at]!)
    parts.push(one)
    for (let unit = 0; unit < one.length; unit += 1) {
      places[count] = at
      count += 1
    }
    at += decoded?.length ?? 1
  }
  places[count] = text.length
  return { text: parts.join(''), places: places.subarray(0, count + 1) }
}

/** Decodes one character, of one to four bytes; undefined where none is encoded. */
function decodedAt(text: string, at: number): { text: string; length: number } | undefined {
  const first = byteAt(text, at)
  if (first < 0) return undefined
  const size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0
  if (size === 0) return undefined
  const sent = text.slice(at, at + size * 3)
  try {
    const decoded = decodeURIComponent(sent)
    // Where another sign than a percent stands among the bytes, more than one character comes out.
    return decoded.length <= 2 && sent.length === size * 3
      ? { text: decoded, length: sent.length }
      : undefined
  } catch {
    return undefined
  }
}

function byteAt(text: string, at: number): number {
  const hex = text.slice(at + 1, at + 3)
  return /^[0-9A-Fa-f]{2}$/.test(hex) ? Number.parseInt(hex, 16) : -1
}

const OPEN_OBJECT = 123
const OPEN_ARRAY = 91
const SPACE = 32

/**
 * Reads the JSON that stands between the quotes of a string.
 * @returns undefined where something else stands there
 */
export function jsonIn(text: string, start: number, end: number): Layer | undefined {
  const first = text.charCodeAt(start)
  const isPlain = first === OPEN_OBJECT || first === OPEN_ARRAY
  // Its first character may be written with an escape, or stand behind white space.
  if (!isPlain && first !== BACKSLASH && first !== SPACE) return undefined
  const layer = unescapedLayer(text.slice(start, end))
  return (isPlain || /^\s*[[{]/.test(layer.text)) && isJson(layer.text) ? layer : undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Places an edit of a layer in the text around it. */
export function placed({ start, end, text }: Edit, { places }: Layer): Edit {
  return { start: places[start]!, end: places[end]!, text }
}

export function moved({ start, end, text }: Edit, by: number): Edit {
  return { start: start + by, end: end + by, text }
}
