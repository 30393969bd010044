import { hash } from 'node:crypto'
import { canonicalJson } from '../syntax/canonical-json'

/**
 * Tells whether two items have the same content: as JSON, so order of keys and white space do not
 * count.
 */
export function sameContent(a: string, b: string): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b)
}

// 128 bits: no two contents can be found that share one.
const DIGEST_LENGTH = 32

/**
 * Returns a digest that is the same for items with the same content, as `sameContent` compares
 * them, and for no others. It is computed from an item as it was sent, before anything changes it;
 * each store has it beside the event, on one machine under a key of its own.
 * @param raw the item, JSON text
 * @param value the parsed item, where it is at hand
 * @param prepare changes a copy, where a standard compares by less than all of it (`canonicalJson`)
 * @returns 32 hexadecimal digits
 */
export function contentDigest(
  raw: string,
  value?: unknown,
  prepare?: (copy: unknown) => unknown,
): string {
  return hash('sha256', canonicalJson(raw, value, prepare)).slice(0, DIGEST_LENGTH)
}

// An item is some 1.5 KB. Up to here, a digest that was put off takes a millisecond, whatever the
// numbers in it.
const MAX_COMPARED_LATER = 16 * 1024

/**
 * Tells whether an item of no digest may wait for it until its id comes again with another text. What
 * is large does not: whoever sends it pays for it, and not whoever sends its id.
 */
export function isComparedLater(raw: string): boolean {
  // A store of UTF-8 does not have what is ill-formed as it was.
  return raw.length <= MAX_COMPARED_LATER && raw.isWellFormed()
}

/**
 * Computes the `contentDigest` of an item that is not to be compared later.
 * @returns undefined for all others
 */
export function digestAtOnce(raw: string, value: unknown): string | undefined {
  return isComparedLater(raw) ? undefined : contentDigest(raw, value)
}

/** Computes SHA-256 of an item's text as UTF-8. @returns 64 hexadecimal digits */
export function textSha256(text: string): string {
  return hash('sha256', text)
}
