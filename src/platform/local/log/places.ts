import type { Position } from './generation'

/**
 * A place sorts in the order of answers: newest `eventTime` first, of equal times the later
 * position.
 */
export type Place = readonly [time: number, position: Position]

export const isBefore = (a: Place, b: Place) => a[0] > b[0] || (a[0] === b[0] && a[1] > b[1])
const inOrder = (a: Place, b: Place) => (isBefore(a, b) ? -1 : 1)

/** The list holds the first `wanted` of the places that are offered. */
export interface FirstPlaces {
  offer(time: number, position: Position): void
  /** Tells the time before which no place is wanted any more. */
  earliest(): number
  inOrder(): Place[]
}

export function firstPlaces(wanted: number, after: Place | undefined): FirstPlaces {
  // A place must be behind `after`; and, once there are enough, before the last of them.
  const [afterTime, afterPosition] = after ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let [worstTime, worstPosition] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let places: Place[] = []
  let isShort = true

  function shorten() {
    if (isShort) return
    isShort = true
    places.sort(inOrder)
    if (places.length < wanted) return
    places = places.slice(0, wanted)
    ;[worstTime, worstPosition] = places.at(-1)!
  }

  return {
    offer(time, position) {
      if (time > afterTime || (time === afterTime && position >= afterPosition)) return
      if (time < worstTime || (time === worstTime && position <= worstPosition)) return
      places.push([time, position])
      isShort = false
      // Sorting now and then keeps the list short without a heap.
      if (places.length >= wanted * 2 + 64) shorten()
    },
    earliest() {
      shorten()
      return worstTime
    },
    inOrder() {
      shorten()
      return places
    },
  }
}
