import { numberText } from './json-document'
import type { PatchOperation } from './patch'
import { type Holder, placeOf, short, valueAt } from './pointer'

/**
 * Bounds the cost of a patch, and its result: work is counted in characters looked at or moved,
 * so that a patch costs what it says and not what its operations make of each other.
 */
export interface Budget {
  /** @throws {Error} when it is used up */
  spend(work: number): void
  /** @throws {Error} when the document would be too large */
  grow(characters: number): void
}

// A comparison looks at each value, whatever its length.
const VALUE_WORK = 8
// And at the digits of a number that a double would lose, which takes a few microseconds.
const NUMBER_WORK = 500
// Moving an element of an array on by one place is an eighth of reading a character or less.
const ELEMENTS_PER_WORK = 8

/** @returns the document, changed in place wherever it can be. @throws {Error} when it does not fit */
export function applied(document: unknown, operation: PatchOperation, budget: Budget): unknown {
  const { op, path } = operation
  budget.spend(path.length)
  switch (op) {
    case 'test':
      requireSame(valueAt(document, path), operation.value, budget, path)
      return document
    case 'add':
    case 'replace':
      return put(document, path, copyOf(operation.value, budget), op, budget)
    case 'copy': {
      budget.spend(operation.from.length)
      return put(document, path, copyOf(valueAt(document, operation.from), budget), 'add', budget)
    }
    case 'remove':
      take(document, path, budget)
      return document
    case 'move': {
      const { from } = operation
      budget.spend(from.length)
      if (path === from) {
        valueAt(document, from)
        return document
      }
      // RFC 6902, 4.4: "The 'from' location MUST NOT be a proper prefix of the 'path' location".
      if (path.startsWith(`${from}/`)) throw new Error(`${short(from)} cannot be moved into itself`)
      return put(document, path, take(document, from, budget), 'add', budget)
    }
  }
}

interface Measured {
  value: unknown
  /** The length of its JSON, in characters. */
  length: number
}

/** A copy: one patch repairs many items, and what is copied must not change with what it is from. */
function copyOf(value: unknown, budget: Budget): Measured {
  const text = JSON.stringify(value)
  budget.spend(text.length)
  return { value: JSON.parse(text), length: text.length }
}

function put(
  document: unknown,
  path: string,
  { value, length }: Measured,
  op: 'add' | 'replace',
  budget: Budget,
): unknown {
  const place = placeOf(document, path, op === 'add')
  if (place === undefined) {
    budget.grow(length - lengthOf(document, budget))
    return value
  }
  const { holder, name } = place
  if (Array.isArray(holder) && op === 'add') {
    budget.grow(length)
    const at = name === '-' ? holder.length : Number(name)
    budget.spend((holder.length - at) / ELEMENTS_PER_WORK)
    holder.splice(at, 0, value)
    return document
  }
  const former = Object.hasOwn(holder, name) ? lengthOf((holder as Holder)[name], budget) : 0
  budget.grow(length + name.length - former)
  ;(holder as Holder)[name] = value
  return document
}

/** @returns what was there, and is no longer */
function take(document: unknown, path: string, budget: Budget): Measured {
  const place = placeOf(document, path, false)
  if (place === undefined) throw new Error('The whole of it cannot be removed')
  const { holder, name } = place
  const value = (holder as Holder)[name]
  const length = lengthOf(value, budget)
  budget.grow(-length)
  if (Array.isArray(holder)) {
    budget.spend((holder.length - Number(name)) / ELEMENTS_PER_WORK)
    holder.splice(Number(name), 1)
  } else {
    delete holder[name]
  }
  return { value, length }
}

function lengthOf(value: unknown, budget: Budget): number {
  const { length } = JSON.stringify(value)
  budget.spend(length)
  return length
}

/** Two arrays or objects that are compared, and how far that is. */
interface Frame {
  a: Holder
  b: Holder
  /** An object has names; of an array, its length is enough. */
  names: string[] | undefined
  length: number
  next: number
}

/** RFC 6902, 4.6: equal as JSON, numbers by value. On a stack of its own, however deep they are. */
function requireSame(found: unknown, wanted: unknown, budget: Budget, path: string): void {
  const frames: Frame[] = []

  function compare(a: unknown, b: unknown): void {
    budget.spend(VALUE_WORK)
    if (isHolder(a) && isHolder(b)) {
      if (Array.isArray(a) !== Array.isArray(b)) throw differs(path)
      const names = Array.isArray(a) ? undefined : Object.keys(b)
      const [ours, length] = [a, b].map((one) => (names ? Object.keys(one) : one).length as number)
      budget.spend(ours!)
      if (ours !== length) throw differs(path)
      frames.push({ a, b, names, length: length!, next: 0 })
    } else if (a !== b) {
      budget.spend(NUMBER_WORK)
      const number = numberText(a)
      if (number === undefined || number !== numberText(b)) throw differs(path)
    } else if (typeof a === 'string') {
      budget.spend(a.length)
    }
  }

  compare(found, wanted)
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const { a, b, names, length, next } = frame
    if (next === length) {
      frames.pop()
      continue
    }
    frame.next += 1
    const name = names?.[next] ?? String(next)
    if (!Object.hasOwn(a, name)) throw differs(path)
    compare(a[name], b[name])
  }
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null
}

function differs(path: string): Error {
  return new Error(`${short(path)} holds something else than the test says`)
}
