import type { Scalar } from '../condition'
import type { Atom } from './atoms'
import { scalarsAt } from './match'
import type { Place } from './path'
import type { Subject } from './subject'

/** Buckets have whatever is found by one place. */
export interface Buckets<Entry> {
  add(atom: Atom, entry: Entry): void
  remove(atom: Atom, entry: Entry): void
  /** Counts how many are found by an atom's own value, of ranges by a value in the middle. */
  load(atom: Atom): number
  isEmpty(): boolean
  /** Finds what a subject may fulfil, some of it more than once. */
  find(subject: Subject): Generator<Set<Entry>, void>
}

export function createBuckets<Entry>(place: Place): Buckets<Entry> {
  const equal = new Map<Scalar, Set<Entry>>()
  /** By their length, so that a text is looked up once for each length that there is. */
  const prefixes = new Map<number, Map<string, Set<Entry>>>()
  const ranges = { from: createRange<Entry>(), to: createRange<Entry>() }

  function add({ by, value }: Atom, entry: Entry) {
    if (by === 'equal') addTo(equal, value, entry)
    else if (by === 'prefix') {
      const prefix = value as string
      const ofLength = prefixes.get(prefix.length) ?? new Map<string, Set<Entry>>()
      prefixes.set(prefix.length, ofLength)
      addTo(ofLength, prefix, entry)
    } else ranges[by].add(value as number, entry)
  }

  function remove({ by, value }: Atom, entry: Entry) {
    if (by === 'equal') removeFrom(equal, value, entry)
    else if (by === 'prefix') {
      const { length } = value as string
      const ofLength = prefixes.get(length)
      if (ofLength === undefined) return
      removeFrom(ofLength, value as string, entry)
      if (ofLength.size === 0) prefixes.delete(length)
    } else ranges[by].remove(value as number, entry)
  }

  return {
    add,
    remove,
    load({ by, value }) {
      if (by === 'equal') return equal.get(value)?.size ?? 0
      if (by === 'prefix') {
        return prefixes.get((value as string).length)?.get(value as string)?.size ?? 0
      }
      return ranges[by].values().length / 2
    },
    isEmpty: () =>
      equal.size + prefixes.size + ranges.from.values().length + ranges.to.values().length === 0,
    *find(subject) {
      for (const value of scalarsAt(subject, place)) {
        const same = equal.get(value)
        if (same !== undefined) yield same
        if (typeof value === 'string') {
          for (const [length, ofLength] of prefixes) {
            const begun = length <= value.length ? ofLength.get(value.slice(0, length)) : undefined
            if (begun !== undefined) yield begun
          }
        } else if (typeof value === 'number') {
          yield* ranges.from.upTo(value)
          yield* ranges.to.downTo(value)
        }
      }
    },
  }
}

/** A range has entries by their bounds, in order; whoever reads it sees no later change. */
function createRange<Entry>() {
  let bounds: { value: number; entries: Set<Entry> }[] = []

  function placeFor(value: number): number {
    let [low, high] = [0, bounds.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (bounds[middle]!.value < value) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    values: () => bounds,
    add(value: number, entry: Entry) {
      const at = placeFor(value)
      if (bounds[at]?.value === value) bounds[at]!.entries.add(entry)
      else bounds = bounds.toSpliced(at, 0, { value, entries: new Set([entry]) })
    },
    remove(value: number, entry: Entry) {
      const at = placeFor(value)
      const found = bounds[at]
      if (found?.value !== value) return
      found.entries.delete(entry)
      if (found.entries.size === 0) bounds = bounds.toSpliced(at, 1)
    },
    *upTo(value: number) {
      for (const bound of bounds) {
        if (bound.value > value) return
        yield bound.entries
      }
    },
    *downTo(value: number) {
      const all = bounds
      for (let at = all.length - 1; at >= 0 && all[at]!.value >= value; at -= 1) {
        yield all[at]!.entries
      }
    },
  }
}

function addTo<Key, Entry>(map: Map<Key, Set<Entry>>, key: Key, entry: Entry) {
  const entries = map.get(key)
  if (entries === undefined) map.set(key, new Set([entry]))
  else entries.add(entry)
}

function removeFrom<Key, Entry>(map: Map<Key, Set<Entry>>, key: Key, entry: Entry) {
  const entries = map.get(key)
  entries?.delete(entry)
  if (entries?.size === 0) map.delete(key)
}
