import type { Condition } from '../condition'
import { comparesTimes } from './match'
import { type Place, placeOf } from './path'

// A field of the record is compared in some 50 ns. What a path finds in the item may be a hundred
// elements of lists, each some names away.
const ITEM_COST = 10
const NAMES = 10
// To read a time takes half a microsecond.
const TIME_FACTOR = 10

/** Counts the parts of a condition: itself, and all conditions in it. */
export function partsOf(condition: Condition): number {
  return sumOf(condition, () => 1)
}

/** Counts the parts whose paths lead into the item. */
export function itemPartsOf(condition: Condition): number {
  return sumOf(condition, (part) => ('path' in part && placeOf(part.path).of === 'item' ? 1 : 0))
}

/**
 * Says what a condition costs an event at the most, all of it tried: a part 1; one that leads into the item
 * 10, and 10 more for each ten further names of its path; one that compares times ten times that.
 */
export function costOf(condition: Condition): number {
  return sumOf(condition, (part) => {
    if (!('path' in part)) return 1
    return costOfPlace(placeOf(part.path)) * (comparesTimes(part) ? TIME_FACTOR : 1)
  })
}

export function costOfPlace(place: Place): number {
  return place.of === 'item' ? ITEM_COST * Math.ceil(place.steps.length / NAMES) : 1
}

function sumOf(condition: Condition, own: (part: Condition) => number): number {
  let sum = own(condition)
  for (const part of within(condition)) sum += sumOf(part, own)
  return sum
}

function within(condition: Condition): readonly Condition[] {
  if ('all' in condition) return condition.all
  if ('any' in condition) return condition.any
  return 'not' in condition ? [condition.not] : []
}
