const HEX = 1
const DASH = 2

// The tables say what each character is, and what stands where in 8-4-4-4-12 digits. Looking at one
// character after the other takes a third of the time of a regular expression, which V8 gives a
// counter for each `{8}`.
const KINDS = new Uint8Array(128)
for (const digit of '0123456789abcdefABCDEF') KINDS[digit.charCodeAt(0)] = HEX
KINDS['-'.charCodeAt(0)] = DASH
const FORM = Uint8Array.from('xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx', (at) =>
  at === '-' ? DASH : HEX,
)

const PREFIX = 'urn:uuid:'

/** Tells whether a value is a UUID as a URN (RFC 9562, 4): `urn:uuid:` and 36 characters. */
export function isUuidUrn(value: string): boolean {
  if (value.length !== PREFIX.length + FORM.length) return false
  // "urn" and the namespace after it are the same in either case (RFC 8141, 3.1).
  if (!value.startsWith(PREFIX) && !/^urn:uuid:/i.test(value)) return false
  for (let i = 0; i < FORM.length; i += 1) {
    if (KINDS[value.charCodeAt(PREFIX.length + i)] !== FORM[i]) return false
  }
  return true
}

/** Tells whether a value is a UUID in its text form (RFC 9562, 4): 36 characters of either case. */
export function isUuid(value: string): boolean {
  if (value.length !== FORM.length) return false
  for (let i = 0; i < FORM.length; i += 1) {
    if (KINDS[value.charCodeAt(i)] !== FORM[i]) return false
  }
  return true
}

/** Returns the version of a value that `isUuidUrn` accepts: 1–8 for the versions in use. */
export function uuidUrnVersion(value: string): number {
  return Number.parseInt(value.charAt(VERSION), 16)
}

/** Tells whether `isUuidUrn` accepts a value and its version is 4. */
export function isRandomUuidUrn(value: string): boolean {
  return isUuidUrn(value) && value.charCodeAt(VERSION) === FOUR
}

const VERSION = PREFIX.length + 14 // after the second dash
const FOUR = '4'.charCodeAt(0)
