/** Stands for anybody who is not told apart. */
export const ANONYMOUS = 'urn:nonius:anonymous'
/** Every pseudonym begins so. */
export const PSEUDONYM = 'urn:nonius:pseudonym:'

// A sign of age goes by this name in every standard; each letter may be escaped.
const SIGN = 'under13'
const ESCAPED = '\\u00'

/** Tells whether a text may hold a sign that its learner is under 13. */
export function mayHaveSign(raw: string): boolean {
  // A backslash is found four times as fast as more than that, and few texts have one.
  return raw.includes(SIGN) || (raw.includes('\\') && raw.includes(ESCAPED))
}

// In what is no event the sign may stand anywhere, and its value may be cut off.
const SIGNED = /under13\\?"?\s*:\s*(?!\s|false|"false|0)/

/** Tells of a text that is no event whether a sign in it may say so. */
export function mayBeSigned(raw: string): boolean {
  return SIGNED.test(raw)
}

const SAYS = /under13"\s*:\s*(?:true|1\b|"(?:true|yes|1)")/i

/** Tells of an event whether a sign in it says so of somebody, be it not of its actor. */
export function saysSo(raw: string): boolean {
  return SAYS.test(raw)
}
