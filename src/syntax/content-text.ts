import { canonicalNumber, hasPlainNumbers } from './canonical-json'

/** JSON.parse hands the reviver the source text of primitives (ES2025, JSON.parse source text). */
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown

// Stands for a number that a double might not give back as it was.
const DIGITS = Symbol('digits')
type ExactNumber = { [DIGITS]: string }

/**
 * One text for all JSON texts of the same content, to be hashed: as `canonicalJson` has it (order of
 * keys, white space and forms of a number do not matter), in a third of its time. It is no JSON:
 * strings stand with their length instead of quotes.
 * @param value what JSON.parse makes of `text`, where it is at hand
 * @throws {SyntaxError} when `text` is not JSON
 * @throws {RangeError} when it is nested too deep for the stack, thousands of levels
 */
export function contentText(text: string, value?: unknown): string {
  out = ''
  hasExactNumbers = !hasPlainNumbers(text)
  if (hasExactNumbers) write(parse(text, exactNumbers))
  else write(value === undefined ? JSON.parse(text) : value)
  return out
}

function exactNumbers(_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' ? { [DIGITS]: canonicalNumber(source!) } : value
}

// One text that grows: joining the texts of parts costs twice as much.
let out = ''
let hasExactNumbers = false

function write(value: unknown): void {
  if (typeof value === 'string') out += `"${value.length}:${value}`
  else if (typeof value !== 'object' || value === null) out += String(value)
  else if (Array.isArray(value)) writeItems(value)
  else if (hasExactNumbers && DIGITS in value) out += (value as ExactNumber)[DIGITS]
  else writeMembers(value as Members)
}

function writeItems(items: readonly unknown[]): void {
  out += '['
  for (const item of items) {
    write(item)
    out += ','
  }
  out += ']'
}

type Members = Record<string, unknown>

function writeMembers(members: Members): void {
  const keys: string[] = []
  let shape: Shape | undefined = root
  // JSON.parse makes own properties only, also of `__proto__`, and this is faster than Object.keys.
  for (const key in members) {
    keys.push(key)
    shape = shape?.next.get(key) ?? grown(shape, key)
  }
  const { order, names } = sorted(keys, shape)
  out += '{'
  for (let i = 0; i < order.length; i += 1) {
    out += names[i]
    write(members[order[i]!])
    out += ','
  }
  out += '}'
}

interface Sorted {
  order: readonly string[]
  /** The same as they stand in the text. */
  names: readonly string[]
}

/** Objects of one sensor have the same keys in the same order, so sorting is worth remembering. */
interface Shape {
  next: Map<string, Shape>
  sorted?: Sorted
}

// A few hundred shapes are what real senders bring. Beyond these sizes keys are somebody's data (a map
// by id), and are sorted each time; with them, all shapes together take a few megabytes.
const MAX_SHAPES = 4096
const MAX_KEY_LENGTH = 64

const root: Shape = { next: new Map() }
let shapes = 0

/** @returns undefined when it is not remembered */
function grown(shape: Shape | undefined, key: string): Shape | undefined {
  if (shape === undefined || shapes >= MAX_SHAPES || key.length > MAX_KEY_LENGTH) return undefined
  const next: Shape = { next: new Map() }
  shape.next.set(key, next)
  shapes += 1
  return next
}

function sorted(keys: string[], shape: Shape | undefined): Sorted {
  if (shape?.sorted !== undefined) return shape.sorted
  const order = keys.toSorted()
  const found = { order, names: order.map((key) => `${key.length}:${key}`) }
  if (shape !== undefined) shape.sorted = found
  return found
}
