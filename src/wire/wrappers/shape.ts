/** A content is what a wrapper carries: text, or bytes that are still to be decoded. */
export type Content = { text: string } | { bytes: Uint8Array }

/** A question is a message that a service sends once, before it sends any events. */
export interface Question {
  /** The sentence tells the operator what to do; the service reads no answer of ours. */
  question: string
}

/** A wrapper was taken off: these are its contents, in its order. */
export interface Wrapped {
  /** The name is one for people, e.g. `Amazon SNS`. */
  wrapper: string
  contents: Content[]
  /** The service wants its own name of the request repeated. */
  requestId?: string | undefined
}

/** The members of an object by name, each value as JSON text in its own characters. */
export type Members = Map<string, string>

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/**
 * Takes a value for what it carries: an object or an array is the content itself; a string is its
 * text, or the base64 of its bytes.
 */
export function contentOf(value: string): Content {
  const text = stringOf(value)
  if (text === undefined) return { text: value }
  return isBase64OfBody(text) ? bytesOf(text) : { text }
}

/** Takes a value that is base64 wherever it is a string. */
export function base64Of(value: string): Content {
  const text = stringOf(value)
  return text === undefined ? { text: value } : bytesOf(text)
}

// So much tells how the bytes begin.
const LOOKED_AT = 8

// Bytes of JSON in UTF-8 or UTF-16, with or without a mark, of gzip, zstd and zlib, in hexadecimal.
const BEGINNINGS =
  /^(?:(?:20|09|0a|0d)*(?:7b|5b)|00(?:7b|5b)|efbbbf|fffe|feff|1f8b|28b52ffd|78(?:01|5e|9c|da))/

/** Tells base64 from a word that looks like it: what it stands for begins as a body does. */
function isBase64OfBody(text: string): boolean {
  if (text.length % 4 !== 0 || !BASE64.test(text)) return false
  return BEGINNINGS.test(Buffer.from(text.slice(0, LOOKED_AT), 'base64').toString('hex'))
}

function bytesOf(base64: string): Content {
  return { bytes: new Uint8Array(Buffer.from(base64, 'base64')) }
}

/** @returns the string that a JSON text is; undefined for any other value */
export function stringOf(value: string | undefined): string | undefined {
  if (value === undefined || !value.startsWith('"')) return undefined
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

/** Tells whether an object has all of these members. */
export function hasAll(members: Members, ...names: string[]): boolean {
  return names.every((name) => members.has(name))
}
