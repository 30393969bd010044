import type { Scalar } from '../condition'
import type { EventRecord } from '../record'
import type { Place } from './path'

/** A place holds nothing, a value, or values: a list stands for each of its elements. */
export interface Held {
  /** Something is there, be it null, an object or an empty list. */
  readonly isThere: boolean
  readonly scalars: readonly Scalar[]
}

/** A subject is a record that conditions are asked of. It is made for a moment, and not kept. */
export interface Subject {
  readonly record: EventRecord
  /** Tells what the item as sent has at a place; the item is parsed when this is asked first. */
  inItem(place: Place & { of: 'item' }): Held
}

type ItemPlace = Place & { of: 'item' }

// So many elements of all lists along a path are looked at: an event has some dozens, and one of fifty
// thousand would be gone through for each of ten thousand conditions.
export const MAX_ELEMENTS = 1000

const NOTHING: Held = { isThere: false, scalars: [] }
const INDEX = /^(?:0|[1-9]\d*)$/

/** Makes a subject; whatever is found in its item is found once for all conditions. */
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
    inItem(place) {
      const known = held ?? parse()
      let found = known.get(place)
      if (found === undefined) {
        found = find(item, place)
        known.set(place, found)
      }
      return found
    },
  }
}

/** Goes along the steps: without a list on the way there is one value at a time. */
function find(item: unknown, { steps, isPointer }: ItemPlace): Held {
  let value = item
  for (const [at, step] of steps.entries()) {
    if (!isPointer && Array.isArray(value) && !INDEX.test(step)) {
      return findInLists(value, steps.slice(at))
    }
    value = member(value, step)
    if (value === undefined) return NOTHING
  }
  return { isThere: true, scalars: scalarsOf([value], { left: MAX_ELEMENTS }) }
}

function findInLists(list: unknown[], steps: readonly string[]): Held {
  const room = { left: MAX_ELEMENTS }
  let values: unknown[] = [list]
  for (const step of steps) {
    const wanted = INDEX.test(step) ? values : elementsOf(values, room)
    values = wanted.map((value) => member(value, step)).filter((value) => value !== undefined)
    if (values.length === 0) return NOTHING
  }
  return { isThere: true, scalars: scalarsOf(values, room) }
}

function member(value: unknown, step: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return INDEX.test(step) ? value[Number(step)] : undefined
  return Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined
}

function scalarsOf(values: unknown[], room: { left: number }): Scalar[] {
  return elementsOf(values, room).filter(isScalar)
}

/** Takes lists apart, lists in lists too, in their order, as far as there is room. */
function elementsOf(values: unknown[], room: { left: number }): unknown[] {
  if (!values.some(Array.isArray)) return values
  const elements: unknown[] = []
  const open: Iterator<unknown>[] = [values.values()]
  while (open.length > 0 && room.left > 0) {
    const { done, value } = open.at(-1)!.next()
    if (done) {
      open.pop()
      continue
    }
    if (open.length > 1) room.left -= 1
    if (Array.isArray(value)) open.push(value.values())
    else elements.push(value)
  }
  return elements
}

export function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}
