import { endOfString, endOfWord } from './json-scan'

const QUOTE = 34
const MINUS = 45
const ZERO = 48
const NINE = 57

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

// Up to 15 significant digits, every decimal has a double of its own (DBL_DIG in C).
const EXACT_DIGITS = 15
// Keeps clear of the ends of the double range (1e-308 to 1e308), where digits are lost.
const EXACT_EXPONENT = 290
// An exponent longer than this stays as written: nobody counts there, and arithmetic would round.
const EXPONENT_LENGTH = 12

/** JSON.parse hands the reviver the source text of primitives (ES2025, JSON.parse source text). */
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

/**
 * One text for all JSON texts of the same content: keys sorted, no white space, numbers by value
 * (`1.0` is `1`, yet `21070000000000001` is not `21070000000000002`, which a double would make one).
 * Not the RFC 8785 form, which rounds to doubles.
 * @throws {SyntaxError} when `text` is not JSON
 * @throws {RangeError} when it is nested too deep for the stack, tens of thousands of levels
 */
export function canonicalJson(text: string): string {
  // A reviver makes this twice as slow, and few texts have numbers that need one.
  const value = hasPlainNumbers(text) ? sorted(JSON.parse(text)) : parse(text, revived)
  return JSON.stringify(value)
}

/** Whether every number is one that a double gives back as it was: short, without an exponent. */
export function hasPlainNumbers(text: string): boolean {
  for (let at = 0; at < text.length; ) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) {
      at = endOfString(text, at)
    } else if (char === MINUS || (char >= ZERO && char <= NINE)) {
      const end = endOfWord(text, at)
      if (end - at > EXACT_DIGITS || /[eE]/.test(text.slice(at, end))) return false
      at = end
    } else {
      at += 1
    }
  }
  return true
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? value.map(sorted) : sortedMembers(value as Members, sorted)
}

/** Members have been revived before what holds them. */
function revived(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value === 'number') return rawJSON(canonicalNumber(source!))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return sortedMembers(value as Members, same)
}

type Members = Record<string, unknown>
const same = (value: unknown) => value

function sortedMembers(members: Members, each: (value: unknown) => unknown): Members {
  // Without a prototype, `__proto__` is a key like any other.
  const copy: Members = Object.create(null)
  for (const key of Object.keys(members).sort()) copy[key] = each(members[key])
  return copy
}

export function canonicalNumber(source: string): string {
  const [, sign, whole, fraction = '', power = '0'] = NUMBER.exec(source)!
  const all = whole! + fraction
  const digits = withoutOuterZeros(all)
  if (digits === '') return '0'
  if (power.length > EXPONENT_LENGTH) return `${sign}${digits}e${power}`

  const trailing = all.length - all.lastIndexOf(digits) - digits.length
  const exponent = Number(power) - fraction.length + trailing
  const isDouble = digits.length <= EXACT_DIGITS && Math.abs(exponent) < EXACT_EXPONENT
  const exact = `${sign}${digits}e${exponent}`
  return isDouble ? String(Number(exact)) : exact
}

/** By hand: `/0+$/` takes quadratic time on a long run of zeros inside a number. */
function withoutOuterZeros(digits: string): string {
  let start = 0
  let end = digits.length
  while (start < end && digits.charCodeAt(start) === 48) start += 1
  while (end > start && digits.charCodeAt(end - 1) === 48) end -= 1
  return digits.slice(start, end)
}
