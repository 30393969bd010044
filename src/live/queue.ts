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
  let waiting: Held[] = []
  /** Everything before it has been taken out. */
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
      first += 1
      if (first === waiting.length) {
        waiting = []
        first = 0
      }
      drop(one)
      return one
    },

    retain(isKept) {
      const before = waiting.slice(first)
      waiting = before.filter(isKept)
      first = 0
      const kept = new Set(waiting)
      for (const one of before) if (!kept.has(one)) drop(one)
    },
  }
}
