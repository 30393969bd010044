const digits = (count: number) => '[0-9A-Fa-f]'.repeat(count)

// Digits are written out: engines give each `{8}` a counter, which takes three times as long.
const FORM = [8, 4, 4, 4, 12].map(digits).join('-')

const UUID = new RegExp(`^${FORM}$`)
// "urn" and the namespace after it are the same in either case (RFC 8141, 3.1).
const URN = new RegExp(`^[Uu][Rr][Nn]:[Uu][Uu][Ii][Dd]:${FORM}$`)

/** Tells whether a value is a UUID as a URN (RFC 9562, 4): `urn:uuid:` and 36 characters. */
export function isUuidUrn(value: string): boolean {
  return URN.test(value)
}

/** Tells whether a value is a UUID in its text form (RFC 9562, 4): 36 characters of either case. */
export function isUuid(value: string): boolean {
  return UUID.test(value)
}

/** Returns the version of a value that `isUuidUrn` accepts: 1–8 for the versions in use. */
export function uuidUrnVersion(value: string): number {
  return Number.parseInt(value.charAt(VERSION), 16)
}

/** Tells whether `isUuidUrn` accepts a value and its version is 4. */
export function isRandomUuidUrn(value: string): boolean {
  return isUuidUrn(value) && value.charCodeAt(VERSION) === FOUR
}

const VERSION = 'urn:uuid:'.length + 14 // after the second dash
const FOUR = '4'.charCodeAt(0)
