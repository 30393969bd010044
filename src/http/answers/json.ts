import { textParts } from './parts'

declare const value: unique symbol

/**
 * The JSON text of a `T`, in pieces. Built of typed parts, so that a large reply that is never held as
 * one value fits its schema all the same.
 */
export interface Json<T> extends Iterable<string> {
  readonly [value]?: T
}

/** As `Json`, in one piece. */
export interface JsonText<T> extends Json<T> {
  readonly text: string
}

/** Each member of an object is given as a value or as its JSON. */
type Members<T> = { [Name in keyof T]: T[Name] | Json<Exclude<T[Name], undefined>> }

// The set tells the JSON of a member from a member's value.
const made = new WeakSet<object>()

/** Pieces that are made anew for each reader. */
function json<T>(pieces: () => Iterator<string>): Json<T> {
  const whole = { [Symbol.iterator]: pieces }
  made.add(whole)
  return whole
}

/**
 * Takes a text for the JSON of a `T`.
 * @param text is not looked at again
 */
export function writtenJson<T>(text: string): JsonText<T> {
  return Object.assign(
    json<T>(() => [text].values()),
    { text },
  )
}

/** Writes a value at once. */
export function jsonOf<T>(value: T): JsonText<T> {
  return writtenJson(JSON.stringify(value))
}

/** Writes a string, which may be megabytes, part by part. */
export function jsonString(text: string): Json<string> {
  return json(() => textParts(text))
}

/** Writes an array, each item of it when it is asked for. */
export function jsonArray<Item, T>(
  items: Iterable<Item>,
  write: (item: Item) => Json<T>,
): Json<T[]> {
  return json(function* piecesOfArray() {
    let before = '['
    for (const item of items) {
      yield before
      yield* write(item)
      before = ','
    }
    yield before === '[' ? '[]' : ']'
  })
}

/** Writes an object, its members in this order; it leaves out those that are undefined. */
export function jsonObject<T extends object>(members: Members<T>): Json<T> {
  return json(function* piecesOfObject() {
    let before = '{'
    let values: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(members)) {
      if (!isJson(member)) {
        values[name] = member
        continue
      }
      const written = membersOf(values)
      values = {}
      yield `${before}${written}${written === '' ? '' : ','}${JSON.stringify(name)}:`
      yield* member
      before = ','
    }
    const written = membersOf(values)
    yield written === '' && before === ',' ? '}' : `${before}${written}}`
  })
}

/** Values that follow each other are written at once, which is faster than one by one. */
function membersOf(values: object): string {
  return JSON.stringify(values).slice(1, -1)
}

function isJson(member: unknown): member is Iterable<string> {
  return typeof member === 'object' && member !== null && made.has(member)
}
