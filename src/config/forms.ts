import { z } from 'zod'
import { isNetwork } from '../syntax/networks'
import { readOrigin } from '../syntax/origin'

/* These are the forms in which settings are written, with the ends of sentences that say them. */

export const wholeNumber = (min: number, max: number) =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(min).max(max))

export const flag = z
  .string()
  .transform((word) => word.toLowerCase())
  .pipe(z.enum(['1', 'true', 'on', 'yes', '0', 'false', 'off', 'no']))
  .transform((word) => ['1', 'true', 'on', 'yes'].includes(word))
export const flagExpected = 'one of 1, true, on, yes, 0, false, off, no'

export const unlimited = z.literal('off').transform(() => Number.POSITIVE_INFINITY)

export const origins = z
  .string()
  .transform((text) => listOf(text).map(readOrigin))
  .pipe(z.array(z.string()).min(1).max(1000))

export const network = z.string().refine(isNetwork)

// `src/limits/rate.ts` reads it; the bounds are its.
export const rate = z
  .string()
  .regex(/^(?:off|[1-9]\d{0,8}\s*\/\s*(?:[1-9]\d{0,3}\s*)?(?:second|minute|hour|day)s?)$/i)
export const rateExpected = 'a number of requests in a time, as 60000/minute, or off'

// A header field may contain visible ASCII without quoting. The length is the operator's choice;
// the server warns of a key that can be guessed.
export const key = z.string().regex(/^[\x21-\x7e]{1,200}$/)
export const keyExpected = '1 to 200 letters, digits and signs of ASCII, without spaces'

export function listOf(text: string): string[] {
  return text.split(',').map((part) => part.trim())
}

/**
 * Tells whether a text can be an issuer (OpenID Connect Core 1.0, section 1.2): https, without
 * query or fragment.
 */
export function isIssuer(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '') return false
  // Nobody else sees a request to this machine's own addresses.
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)
}
