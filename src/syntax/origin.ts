// The longest host name has 253 characters; scheme and port come to it.
const MAX_LENGTH = 300

// RFC 6454, section 7: scheme, host and port. A page opened from a file or in a sandbox says `null`,
// as any other such page does, so it is none.
const ORIGIN = /^https?:\/\/[^/?#@\\\s]+\/?$/i

/** Completes the sentence `Must be …`. */
export const originExpected =
  'an origin: https:// or http://, a host and a port where it is not the usual one, without a path'

/**
 * Reads the origin of a page as people write it. The host is in lower case, in ASCII (Punycode), and
 * without the port that its scheme has anyway, as browsers send it.
 * @returns undefined for what is no origin of a page, as `null`, `*` and an address with a path
 */
export function readOrigin(text: string): string | undefined {
  if (text.length > MAX_LENGTH || !ORIGIN.test(text)) return undefined
  const url = URL.parse(text)
  if (url === null || url.hostname.includes('*')) return undefined
  return url.origin
}
