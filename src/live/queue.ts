import { type Held, hold, letGo } from './held'
import type { Shares } from './shares'

// Some seconds of a lively tenant; who is further behind is better told, or reads it from the feed.
const MAX_RECORDS = 1000
// One subscriber holds no more, however large events are: sixty of the usual kind take as much.
const MAX_BYTES = 4 * 1024 * 1024

/** A queue has the records that wait for one subscriber, the first to come first. */
export interface Queue {
  readonly size: number
  /** @returns false when there is no room for it */
  add(one: Held): boolean
  shift(): Held | undefined
  /** Keeps only what passes. */
  retain(isKept: (one: Held) => boolean): void
}

/** @param count is told how many more wait, or fewer */
export function createQueue(memory: Shares, count: (change: number) => void): Queue {
  let waiting: (Held | undefined)[] = []
  /** Everything before it has been taken out, and is undefined. */
  let first = 0
  let bytes = 0

  function drop(one: Held) {
    bytes -= one.bytes
    letGo(memory, one)
    count(-1)
  }

  return {
    get size() {
      return waiting.length - first
    },

    add(one) {
      const isFull = waiting.length - first >= MAX_RECORDS
      if (isFull || (bytes > 0 && bytes + one.bytes > MAX_BYTES)) return false
      if (!hold(memory, one)) return false
      waiting.push(one)
      bytes += one.bytes
      count(1)
      return true
    },

    shift() {
      const one = waiting[first]
      if (one === undefined) return undefined
      waiting[first] = undefined
      first += 1
      // A record that waits is moved once for a thousand that were taken.
      if (first === waiting.length || first > MAX_RECORDS) {
        waiting = waiting.slice(first)
        first = 0
      }
      drop(one)
      return one
    },

    retain(isKept) {
      const before = waiting.slice(first) as Held[]
      const kept = before.map(isKept)
      waiting = before.filter((_, at) => kept[at])
      first = 0
      for (const [at, one] of before.entries()) if (!kept[at]) drop(one)
    },
  }
}
