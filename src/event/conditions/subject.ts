import type { Scalar } from '../condition'
import type { EventRecord } from '../record'
import type { Place } from './path'
import { instantOf } from './values'

/** A place holds nothing, a value, or values: a list stands for each of its elements. */
export interface Held {
  /** Something is there, be it null, an object or an empty list. */
  readonly isThere: boolean
  readonly scalars: readonly Scalar[]
  /** These are the scalars as times, once they were asked for. */
  instants?: readonly (string | undefined)[]
}

/** A subject is a record that conditions are asked of. It is made for a moment, and not kept. */
export interface Subject {
  readonly record: EventRecord
  /** Tells what the item as sent has at a place; the item is parsed when this is asked first. */
  inItem(place: Place & { of: 'item' }): Held
  /** Tells whether the item was parsed, which may have been megabytes. */
  wasParsed(): boolean
}

type ItemPlace = Place & { of: 'item' }

// An event has some dozens; one of fifty thousand would be gone through for each of thousands of conditions.
export const MAX_ELEMENTS = 100

// A place is looked up again for the next condition that asks for it, most often at once; a thousand
// conditions with places of their own would have what each found held until the event is done with.
const MAX_REMEMBERED = 64

const INDEX = /^(?:0|[1-9]\d*)$/

/** Makes a subject; what was found in its item last is found at once for other conditions. */
export function subjectOf(record: EventRecord): Subject {
  let item: unknown
  let held: Map<Place, Held> | undefined

  function parse(): Map<Place, Held> {
    try {
      item = JSON.parse(record.raw)
    } catch {
      item = undefined // It may be nested too deep for the engine; then nothing is found in it.
    }
    held = new Map()
    return held
  }

  return {
    record,
    wasParsed: () => held !== undefined,
    inItem(place) {
      const known = held ?? parse()
      let found = known.get(place)
      if (found === undefined) {
        found = find(item, place)
        if (known.size >= MAX_REMEMBERED) known.clear()
        known.set(place, found)
      }
      return found
    },
  }
}

/** Reads what is held as times, once for all conditions: each takes half a microsecond. */
export function instantsIn(held: Held): readonly (string | undefined)[] {
  held.instants ??= held.scalars.map(instantOf)
  return held.instants
}

interface Search {
  isThere: boolean
  scalars: Scalar[]
  /** So many further elements of lists are looked at. */
  left: number
}

/** Finds what stands at a place, in the order of the item. */
function find(item: unknown, place: ItemPlace): Held {
  const search = { isThere: false, scalars: [], left: MAX_ELEMENTS }
  walk(item, place, 0, search)
  return search
}

/** Goes along the steps from one of them on. Each level of lists in lists takes an element at least. */
function walk(start: unknown, place: ItemPlace, from: number, search: Search) {
  const { steps, isPointer } = place
  let value = start
  for (let at = from; at < steps.length; at += 1) {
    const step = steps[at]!
    if (!isPointer && Array.isArray(value) && !INDEX.test(step)) {
      return walkEach(value, place, at, search)
    }
    value = member(value, step)
    if (value === undefined) return
  }
  search.isThere = true
  if (Array.isArray(value)) walkEach(value, place, steps.length, search)
  else if (isScalar(value)) search.scalars.push(value)
}

function walkEach(list: readonly unknown[], place: ItemPlace, at: number, search: Search) {
  for (const element of list) {
    if (search.left === 0) return
    search.left -= 1
    walk(element, place, at, search)
  }
}

function member(value: unknown, step: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return INDEX.test(step) ? value[Number(step)] : undefined
  return Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined
}

export function isScalar(value: unknown): value is Scalar {
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' || value === null
}
