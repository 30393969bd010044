import type { Place } from './place'

/** Keys of the newest statements and their places, in memory: those that the table does not have yet. */
export interface Tail {
  /** Counts the places of all keys. */
  readonly size: number
  /** @returns false when it is there already */
  add(key: bigint, place: Place): boolean
  /** @returns false when it is not there */
  remove(key: bigint, place: Place): boolean
  has(key: bigint, place: Place): boolean
  /** Finds the first place of a key at or behind another, in either direction. */
  next(key: bigint, at: Place, isAscending: boolean): Place | undefined
  keys(): Iterable<bigint>
  /** Lists the places of a key up to a `seq`. */
  placesOf(key: bigint, top: number): Place[]
  /** Removes all places up to a `seq`. */
  drop(top: number): void
  clear(): void
}

/** Places stand as pairs of `stored` and `seq`, in that order, which is that of most arrivals. */
export function createTail(): Tail {
  const lists = new Map<bigint, number[]>()
  let size = 0

  /** Finds how many places stand before one. */
  function rank(list: readonly number[], { stored, seq }: Place): number {
    let low = 0
    let high = list.length / 2
    while (low < high) {
      const middle = (low + high) >>> 1
      const at = list[middle * 2]!
      const isBefore = at < stored || (at === stored && list[middle * 2 + 1]! < seq)
      if (isBefore) low = middle + 1
      else high = middle
    }
    return low
  }

  function standsAt(list: readonly number[], at: number, { stored, seq }: Place): boolean {
    return list[at * 2] === stored && list[at * 2 + 1] === seq
  }

  return {
    get size() {
      return size
    },

    add(key, place) {
      const list = lists.get(key)
      if (list === undefined) {
        lists.set(key, [place.stored, place.seq])
        size += 1
        return true
      }
      const last = list.length - 2
      const isLast =
        list[last]! < place.stored || (list[last] === place.stored && list[last + 1]! < place.seq)
      const at = isLast ? list.length / 2 : rank(list, place)
      if (standsAt(list, at, place)) return false
      if (isLast) list.push(place.stored, place.seq)
      else list.splice(at * 2, 0, place.stored, place.seq)
      size += 1
      return true
    },

    remove(key, place) {
      const list = lists.get(key)
      if (list === undefined) return false
      const at = rank(list, place)
      if (!standsAt(list, at, place)) return false
      list.splice(at * 2, 2)
      if (list.length === 0) lists.delete(key)
      size -= 1
      return true
    },

    has(key, place) {
      const list = lists.get(key)
      return list !== undefined && standsAt(list, rank(list, place), place)
    },

    next(key, place, isAscending) {
      const list = lists.get(key)
      if (list === undefined) return undefined
      const rest = rank(list, place)
      const at = isAscending || standsAt(list, rest, place) ? rest : rest - 1
      if (at < 0 || at * 2 >= list.length) return undefined
      return { stored: list[at * 2]!, seq: list[at * 2 + 1]! }
    },

    keys: () => lists.keys(),

    placesOf(key, top) {
      const list = lists.get(key) ?? []
      const places: Place[] = []
      for (let at = 0; at < list.length; at += 2) {
        if (list[at + 1]! <= top) places.push({ stored: list[at]!, seq: list[at + 1]! })
      }
      return places
    },

    drop(top) {
      for (const [key, list] of lists) {
        const rest: number[] = []
        for (let at = 0; at < list.length; at += 2) {
          if (list[at + 1]! > top) rest.push(list[at]!, list[at + 1]!)
        }
        size -= (list.length - rest.length) / 2
        if (rest.length === 0) lists.delete(key)
        else lists.set(key, rest)
      }
    },

    clear() {
      lists.clear()
      size = 0
    },
  }
}
