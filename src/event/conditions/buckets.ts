import type { Scalar } from '../condition'
import type { Atom } from './atoms'
import { costOfPlace } from './cost'
import { fieldOf, scalarsAt } from './match'
import type { Place } from './path'
import { isScalar, type Subject } from './subject'

/** Buckets have whatever is found by one place. */
export interface Buckets<Entry> {
  add(atom: Atom, entry: Entry): void
  remove(atom: Atom, entry: Entry): void
  /** Counts how many are found beside it by an atom's own value; of a range, half of all. */
  load(atom: Atom): number
  isEmpty(): boolean
  /** Says what `find` costs, as `costOf` counts. */
  cost(): number
  /** Gives what a subject may fulfil, list by list, an entry in several of them perhaps. */
  find(subject: Subject, give: Give<Entry>): void
}

type Give<Entry> = (entries: readonly Entry[]) => void

const beginningOf = (prefix: Scalar) => (prefix as string).slice(0, MAX_PREFIX)

// A text is looked up once for each length of prefixes that there is: longer ones are found by so many
// characters, which is more than addresses of people and courses have.
const MAX_PREFIX = 256

export function createBuckets<Entry>(place: Place): Buckets<Entry> {
  const equal = new Map<Scalar, Entry[]>()
  /** By their length, so that a text is looked up once for each length that there is. */
  const prefixes = new Map<number, Map<string, Entry[]>>()
  /** Most fields of the record have one value: no list is made of it. */
  const single = place.of === 'record' && place.type !== 'strings' ? place.from : undefined
  const ranges = { from: createRange<Entry>(), to: createRange<Entry>() }

  function add({ by, value }: Atom, entry: Entry) {
    if (by === 'equal') addTo(equal, value, entry)
    else if (by === 'prefix') {
      const prefix = beginningOf(value)
      const ofLength = prefixes.get(prefix.length) ?? new Map<string, Entry[]>()
      prefixes.set(prefix.length, ofLength)
      addTo(ofLength, prefix, entry)
    } else ranges[by].add(value as number, entry)
  }

  function remove({ by, value }: Atom, entry: Entry) {
    if (by === 'equal') removeFrom(equal, value, entry)
    else if (by === 'prefix') {
      const prefix = beginningOf(value)
      const ofLength = prefixes.get(prefix.length)
      if (ofLength === undefined) return
      removeFrom(ofLength, prefix, entry)
      if (ofLength.size === 0) prefixes.delete(prefix.length)
    } else ranges[by].remove(value as number, entry)
  }

  function findBy(value: Scalar, give: Give<Entry>) {
    findByText(value, give)
    if (typeof value !== 'number') return
    ranges.from.upTo(value, give)
    ranges.to.downTo(value, give)
  }

  function findByText(value: Scalar, give: Give<Entry>) {
    const same = equal.get(value)
    if (same !== undefined) give(same)
    if (typeof value !== 'string') return
    for (const [length, ofLength] of prefixes) {
      const begun = length <= value.length ? ofLength.get(value.slice(0, length)) : undefined
      if (begun !== undefined) give(begun)
    }
  }

  /** Gives no list twice: a hundred elements may all be found by the same thousands. */
  function findByEach(scalars: readonly Scalar[], give: Give<Entry>) {
    const lists = new Set<readonly Entry[]>()
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const value of new Set(scalars)) {
      findByText(value, (entries) => lists.add(entries))
      if (typeof value !== 'number') continue
      least = Math.min(least, value)
      most = Math.max(most, value)
    }
    for (const entries of lists) give(entries)
    ranges.from.upTo(most, give)
    ranges.to.downTo(least, give)
  }

  return {
    add,
    remove,
    load({ by, value }) {
      if (by === 'equal') return equal.get(value)?.length ?? 0
      if (by !== 'prefix') return ranges[by].size() / 2
      const prefix = beginningOf(value)
      return prefixes.get(prefix.length)?.get(prefix)?.length ?? 0
    },
    isEmpty: () => equal.size + prefixes.size + ranges.from.size() + ranges.to.size() === 0,
    cost: () => (1 + prefixes.size) * costOfPlace(place),
    find(subject, give) {
      if (single !== undefined) {
        const value = fieldOf(subject.record, single) ?? null
        if (isScalar(value)) findBy(value, give)
        return
      }
      const scalars = scalarsAt(subject, place)
      if (scalars.length === 1) findBy(scalars[0]!, give)
      else if (scalars.length > 1) findByEach(scalars, give)
    },
  }
}

/** A range has entries by their bounds, in order. */
function createRange<Entry>() {
  const bounds: number[] = []
  const lists: Entry[][] = []
  let size = 0

  function placeOf(value: number): number {
    let [low, high] = [0, bounds.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (bounds[middle]! < value) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    size: () => size,
    add(value: number, entry: Entry) {
      const at = placeOf(value)
      size += 1
      if (bounds[at] === value) lists[at]!.push(entry)
      else {
        bounds.splice(at, 0, value)
        lists.splice(at, 0, [entry])
      }
    },
    remove(value: number, entry: Entry) {
      const at = placeOf(value)
      const list = lists[at]
      if (bounds[at] !== value || list === undefined || !takeOut(list, entry)) return
      size -= 1
      if (list.length > 0) return
      bounds.splice(at, 1)
      lists.splice(at, 1)
    },
    upTo(value: number, give: (entries: readonly Entry[]) => void) {
      for (let at = 0; at < bounds.length && bounds[at]! <= value; at += 1) give(lists[at]!)
    },
    downTo(value: number, give: (entries: readonly Entry[]) => void) {
      for (let at = bounds.length - 1; at >= 0 && bounds[at]! >= value; at -= 1) give(lists[at]!)
    },
  }
}

function addTo<Key, Entry>(map: Map<Key, Entry[]>, key: Key, entry: Entry) {
  const entries = map.get(key)
  if (entries === undefined) map.set(key, [entry])
  else entries.push(entry)
}

function removeFrom<Key, Entry>(map: Map<Key, Entry[]>, key: Key, entry: Entry) {
  const entries = map.get(key)
  if (entries !== undefined) takeOut(entries, entry)
  if (entries?.length === 0) map.delete(key)
}

/** Takes one out of a list, whose order does not matter. @returns false when it is not there */
export function takeOut<Item>(list: Item[], item: Item): boolean {
  const at = list.indexOf(item)
  if (at < 0) return false
  const last = list.pop()!
  if (at < list.length) list[at] = last
  return true
}
