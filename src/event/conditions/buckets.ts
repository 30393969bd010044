import type { Scalar } from '../condition'
import type { Atom } from './atoms'
import { scalarsAt } from './match'
import type { Place } from './path'
import type { Subject } from './subject'

/** Buckets have whatever is found by one place. */
export interface Buckets<Entry> {
  add(atom: Atom, entry: Entry): void
  remove(atom: Atom, entry: Entry): void
  /** Counts how many are found beside it by an atom's own value; of a range, half of all. */
  load(atom: Atom): number
  isEmpty(): boolean
  /** Gives what a subject may fulfil, list by list, some of it more than once. */
  find(subject: Subject, give: (entries: readonly Entry[]) => void): void
}

export function createBuckets<Entry>(place: Place): Buckets<Entry> {
  const equal = new Map<Scalar, Entry[]>()
  /** By their length, so that a text is looked up once for each length that there is. */
  const prefixes = new Map<number, Map<string, Entry[]>>()
  const ranges = { from: createRange<Entry>(), to: createRange<Entry>() }

  function add({ by, value }: Atom, entry: Entry) {
    if (by === 'equal') addTo(equal, value, entry)
    else if (by === 'prefix') {
      const prefix = value as string
      const ofLength = prefixes.get(prefix.length) ?? new Map<string, Entry[]>()
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
      if (by === 'equal') return equal.get(value)?.length ?? 0
      if (by !== 'prefix') return ranges[by].size() / 2
      const { length } = value as string
      return prefixes.get(length)?.get(value as string)?.length ?? 0
    },
    isEmpty: () => equal.size + prefixes.size + ranges.from.size() + ranges.to.size() === 0,
    find(subject, give) {
      for (const value of scalarsAt(subject, place)) {
        const same = equal.get(value)
        if (same !== undefined) give(same)
        if (typeof value === 'number') {
          ranges.from.upTo(value, give)
          ranges.to.downTo(value, give)
        } else if (typeof value === 'string') {
          for (const [length, ofLength] of prefixes) {
            const begun = length <= value.length ? ofLength.get(value.slice(0, length)) : undefined
            if (begun !== undefined) give(begun)
          }
        }
      }
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
