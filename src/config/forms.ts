import { isNetwork } from '../syntax/networks'
import { readOrigin } from '../syntax/origin'

/* These are the forms in which settings are written, with the ends of sentences that say them. Every process
 * reads them as it starts: nothing is loaded for it, as a library of schemas would be. */

/** Reads what a setting is set to. @returns undefined where it is not of this form */
export type Form<Value> = (text: string) => Value | undefined

export function wholeNumber(min: number, max: number): Form<number> {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    return number >= min && number <= max ? number : undefined
  }
}

export function oneOf<const Word extends string>(words: readonly Word[]): Form<Word> {
  return (text) => words.find((word) => word === text)
}

export function matching(pattern: RegExp): Form<string> {
  return (text) => (pattern.test(text) ? text : undefined)
}

export function suchThat(isFit: (text: string) => boolean): Form<string> {
  return (text) => (isFit(text) ? text : undefined)
}

/** Reads a text by the first of these forms that it has. */
export function either<First, Second>(
  first: Form<First>,
  second: Form<Second>,
): Form<First | Second> {
  return (text) => first(text) ?? second(text)
}

/** Reads a list with commas between, all of whose items have a form. */
export function list<Value>(form: Form<Value>, most: number): Form<Value[]> {
  return (text) => {
    const items = listOf(text).map(form)
    const isFit = items.length <= most && !items.includes(undefined)
    return isFit ? items.filter((one) => one !== undefined) : undefined
  }
}

const yes = ['1', 'true', 'on', 'yes']
const no = ['0', 'false', 'off', 'no']
export const flag: Form<boolean> = (text) => {
  const word = text.toLowerCase()
  return yes.includes(word) ? true : no.includes(word) ? false : undefined
}
export const flagExpected = 'one of 1, true, on, yes, 0, false, off, no'

export const unlimited: Form<number> = (text) =>
  text === 'off' ? Number.POSITIVE_INFINITY : undefined

export const origins = list(readOrigin, 1000)

export const networks = list(suchThat(isNetwork), 100)

// `src/limits/rate.ts` reads it; the bounds are its.
export const rate = matching(
  /^(?:off|[1-9]\d{0,8}\s*\/\s*(?:[1-9]\d{0,3}\s*)?(?:second|minute|hour|day)s?)$/i,
)
export const rateExpected = 'a number of requests in a time, as 60000/minute, or off'

// A header field may contain visible ASCII without quoting. The length is the operator's choice;
// the server warns of a key that can be guessed.
export const key = matching(/^[\x21-\x7e]{1,200}$/)
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
