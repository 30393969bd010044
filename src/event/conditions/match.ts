import type { Bounds, Condition, Scalar } from '../condition'
import type { EventRecord } from '../record'
import { type Place, placeOf } from './path'
import { instantsIn, isScalar, MAX_ELEMENTS, type Subject } from './subject'
import { instantOf, normalised } from './values'

/** Tells whether a condition holds of a subject. */
export type Matches = (subject: Subject) => boolean

type Test = (value: Scalar) => boolean

const made = new WeakMap<Condition, Matches>()

/** Makes the matcher of a condition that was read (`readCondition`); of the same one, once. */
export function matcherOf(condition: Condition): Matches {
  let matches = made.get(condition)
  if (matches === undefined) {
    matches = make(condition)
    made.set(condition, matches)
  }
  return matches
}

function make(condition: Condition): Matches {
  if ('all' in condition) {
    const parts = condition.all.map(make)
    return parts.length === 1 ? parts[0]! : (subject) => allHold(parts, subject)
  }
  if ('any' in condition) {
    const parts = condition.any.map(make)
    return (subject) => anyHolds(parts, subject)
  }
  if ('not' in condition) {
    const holds = make(condition.not)
    return (subject) => !holds(subject)
  }
  const place = placeOf(condition.path)
  if ('exists' in condition) {
    const { exists } = condition
    return (subject) => isThere(subject, place) === exists
  }
  if (place.of === 'item' && comparesTimes(condition)) {
    const isWithin = within(inInstants(condition as Bounds))
    return (subject) => instantsIn(subject.inItem(place)).some(isWithin)
  }
  return someAt(place, testOf(condition, place))
}

/** Tells whether the bounds are times: all are of one kind. */
export function comparesTimes(leaf: Leaf): boolean {
  const { gt, gte = gt, lt = gte, lte = lt } = leaf as Bounds
  return instantOf(lte) !== undefined
}

// These loops run for each event and each subscriber that might want it: a call less counts.
function allHold(parts: readonly Matches[], subject: Subject): boolean {
  for (const holds of parts) if (!holds(subject)) return false
  return true
}

function anyHolds(parts: readonly Matches[], subject: Subject): boolean {
  for (const holds of parts) if (holds(subject)) return true
  return false
}

function isThere(subject: Subject, place: Place): boolean {
  if (place.of === 'item') return subject.inItem(place).isThere
  return fieldOf(subject.record, place.from) !== undefined
}

function someAt(place: Place, test: Test): Matches {
  if (place.of === 'item') return (subject) => subject.inItem(place).scalars.some(test)
  const { from, type } = place
  if (type === 'strings') {
    return ({ record }) => {
      const list = fieldOf(record, from)
      return list === undefined ? test(null) : firstOf(list as string[]).some(test)
    }
  }
  const [first, second] = from as [keyof EventRecord, string?]
  if (second === undefined)
    return ({ record }) => test((record[first] as Scalar | undefined) ?? null)
  return ({ record }) => test((fieldOf(record, from) as Scalar | undefined) ?? null)
}

/** Lists what stands at a place; a field without a value is null, as in the lake. */
export function scalarsAt(subject: Subject, place: Place): readonly Scalar[] {
  if (place.of === 'item') return subject.inItem(place).scalars
  const value = fieldOf(subject.record, place.from) ?? null
  if (Array.isArray(value)) return firstOf(value)
  return isScalar(value) ? [value] : []
}

const firstOf = <Value>(list: Value[]) =>
  list.length > MAX_ELEMENTS ? list.slice(0, MAX_ELEMENTS) : list

/** Reads a field of the record, be it within another. */
export function fieldOf(record: EventRecord, from: readonly string[]): unknown {
  const value = record[from[0] as keyof EventRecord]
  if (from.length === 1) return value
  return (value as Record<string, unknown> | undefined)?.[from[1]!]
}

type Leaf = Extract<Condition, { path: string }>

function testOf(leaf: Leaf, place: Place): Test {
  if ('equals' in leaf) {
    const wanted = normalised(leaf.equals, place)
    return (value) => value === wanted
  }
  if ('in' in leaf) {
    const wanted = new Set(leaf.in.map((value) => normalised(value, place)))
    return (value) => wanted.has(value)
  }
  if ('prefix' in leaf) {
    const { prefix } = leaf
    return (value) => typeof value === 'string' && value.startsWith(prefix)
  }
  if (!comparesTimes(leaf)) return within(leaf as Bounds)
  const isWithin = within(inInstants(leaf as Bounds))
  return (sent) => isWithin(instantOf(sent))
}

function inInstants({ gt, gte, lt, lte }: Bounds): Bounds {
  const [from, after, to, before] = [gte, gt, lte, lt].map(instantOf)
  return { gte: from!, gt: after!, lte: to!, lt: before! }
}

function within({ gt, gte, lt, lte }: Bounds) {
  const kind = typeof (gt ?? gte ?? lt ?? lte)
  return (value: Scalar | undefined): boolean =>
    typeof value === kind &&
    (gt === undefined || value! > gt) &&
    (gte === undefined || value! >= gte) &&
    (lt === undefined || value! < lt) &&
    (lte === undefined || value! <= lte)
}
