import { endOfString, endOfWord } from './json-scan'

const QUOTE = 34
const MINUS = 45
const ZERO = 48
const NINE = 57

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

// Up to 15 significant digits, every decimal has a double of its own (DBL_DIG in C).
const EXACT_DIGITS = 15
// The limit stays clear of the ends of the double range (1e-308 to 1e308), where digits are lost.
const EXACT_EXPONENT = 290
// An exponent longer than this stays as written: no real number is counted there, and arithmetic
// would round.
const EXPONENT_LENGTH = 12

/** JSON.parse hands the reviver the source text of primitives (ES2025, JSON.parse source text). */
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

/**
 * Returns one text for all JSON texts of the same content: keys sorted, no white space, numbers by
 * value (`1.0` is `1`, yet `21070000000000001` is not `21070000000000002`, which a double would
 * make one). It is not the RFC 8785 form, which rounds to doubles.
 * @param value the result of JSON.parse on `text`, where it is at hand
 * @param prepare changes a copy of the value before it is written: it may replace values, and leaves
 * a member out by giving it `undefined`; numbers of the copy may be objects
 * @throws {SyntaxError} when `text` is not JSON
 * @throws {RangeError} when it is nested too deep for the stack, tens of thousands of levels
 */
export function canonicalJson(
  text: string,
  value?: unknown,
  prepare: (copy: unknown) => unknown = same,
): string {
  // A reviver makes this twice as slow, and few texts have numbers that need one.
  if (!hasPlainNumbers(text)) return JSON.stringify(prepare(parse(text, revived)))
  return JSON.stringify(prepare(sorted(value === undefined ? JSON.parse(text) : value)))
}

/** Tells whether a double gives back every number as it was: short, without an exponent. */
function hasPlainNumbers(text: string): boolean {
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

/** Revives a value; its members were revived before. */
function revived(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value === 'number') return rawJSON(canonicalNumber(source!))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return sortedMembers(value as Members, same)
}

type Members = Record<string, unknown>
const same = (value: unknown) => value

function sortedMembers(members: Members, each: (value: unknown) => unknown): Members {
  const keys: string[] = []
  let shape: Shape | undefined = root
  // JSON.parse makes own properties only, also of `__proto__`, and this is faster than Object.keys.
  for (const key in members) {
    keys.push(key)
    shape = shape?.next.get(key) ?? grown(shape, key)
  }
  // Without a prototype, `__proto__` is a key like any other.
  const copy: Members = Object.create(null)
  for (const key of sortedKeys(keys, shape)) copy[key] = each(members[key])
  return copy
}

/**
 * A shape remembers how keys are sorted: objects of one sensor have the same keys in the same
 * order.
 */
interface Shape {
  next: Map<string, Shape>
  sorted?: readonly string[]
}

// Real senders have a few hundred shapes; all together take a few megabytes. When there are more,
// all are forgotten and learned anew: a sender of thousands must not exclude those of others for
// good. Longer keys are somebody's data (a map by id), and are sorted each time.
const MAX_SHAPES = 4096
const MAX_KEY_LENGTH = 64

let root: Shape = { next: new Map() }
let shapes = 0

/** Finds the shape with one more key. @returns undefined when it is not remembered */
function grown(shape: Shape | undefined, key: string): Shape | undefined {
  if (shape === undefined || key.length > MAX_KEY_LENGTH) return undefined
  if (shapes >= MAX_SHAPES) {
    root = { next: new Map() }
    shapes = 0
    return undefined
  }
  const next: Shape = { next: new Map() }
  shape.next.set(key, next)
  shapes += 1
  return next
}

function sortedKeys(keys: string[], shape: Shape | undefined): readonly string[] {
  if (shape?.sorted !== undefined) return shape.sorted
  const found = keys.toSorted()
  if (shape !== undefined) shape.sorted = found
  return found
}

function canonicalNumber(source: string): string {
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

/**
 * Removes outer zeros by hand: `/0+$/` takes quadratic time on a long run of zeros inside a number.
 */
function withoutOuterZeros(digits: string): string {
  let start = 0
  let end = digits.length
  while (start < end && digits.charCodeAt(start) === 48) start += 1
  while (end > start && digits.charCodeAt(end - 1) === 48) end -= 1
  return digits.slice(start, end)
}
