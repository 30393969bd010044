import type { Finders } from './finders'
import type { Place } from './place'

export interface Range {
  ascending: boolean
  /** Both are inclusive, in ms since 1970. */
  from: number
  to: number
  /** Only what comes behind this place. */
  after?: Place | undefined
}

// No statement has more.
const LAST = Number.MAX_SAFE_INTEGER
// So many rows of one key are read at once: a usual page.
const A_READ = 100

/** Tells how many rows were looked at; one may cost a few microseconds. */
export interface Effort {
  rows: number
}

/** All before and at a place has been looked at; it is found when a statement there has all keys. */
export interface Progress {
  place: Place
  isFound: boolean
}

/**
 * Lists the places of a range that have all of some keys, in order. Of several keys, each in turn is
 * asked for its next place that is not before what the others have come to: that takes as many looks
 * as the rarest key has rows, and fewer where the keys stand in different times.
 */
export function createCandidates(finders: Pick<Finders, 'list'>) {
  function beginOf({ ascending, from, to, after }: Range): Place {
    const begin = ascending ? { stored: from, seq: 0 } : { stored: to, seq: LAST }
    if (after === undefined) return begin
    const next = { stored: after.stored, seq: after.seq + (ascending ? 1 : -1) }
    const isFurther = ascending ? next.stored >= begin.stored : next.stored <= begin.stored
    return isFurther ? next : begin
  }

  function* ofOne(key: bigint, range: Range, effort: Effort): Generator<Progress> {
    const { ascending } = range
    const [step, end] = ascending ? [1, range.to] : [-1, range.from]
    for (let at = beginOf(range); ; ) {
      const places = finders.list(key, at, ascending, end, A_READ)
      effort.rows += places.length
      for (const place of places) yield { place, isFound: true }
      const last = places.at(-1)
      if (last === undefined || places.length < A_READ) return
      at = { stored: last.stored, seq: last.seq + step }
    }
  }

  /**
   * Reads a key's places ahead: twice as many as before where half of those were of use, and half as
   * many otherwise.
   */
  function ahead(key: bigint, { ascending }: Range, end: number, effort: Effort) {
    let places: Place[] = []
    let at = 0
    let used = 0
    let size = 1

    function isBefore(one: Place, other: Place): boolean {
      const order = one.stored - other.stored || one.seq - other.seq
      return ascending ? order < 0 : order > 0
    }

    function read(from: Place) {
      if (places.length > 0) size = used * 2 >= size ? Math.min(size * 2, A_READ) : size / 2
      size = Math.max(1, Math.floor(size))
      places = finders.list(key, from, ascending, end, size)
      at = used = 0
      effort.rows += Math.max(places.length, 1)
    }

    /** Finds the next place at or behind another. */
    return function next(from: Place): Place | undefined {
      while (at < places.length && isBefore(places[at]!, from)) at += 1
      const isLast = places.length > 0 && places.length < size
      if (at >= places.length && !isLast) read(from)
      used += 1
      return places[at]
    }
  }

  function* ofAll(keys: readonly bigint[], range: Range, effort: Effort): Generator<Progress> {
    const [step, end] = range.ascending ? [1, range.to] : [-1, range.from]
    const readers = keys.map((key) => ahead(key, range, end, effort))
    let at = beginOf(range)
    let agreed = 0
    for (let turn = 0; ; turn = (turn + 1) % keys.length) {
      const found = readers[turn]!(at)
      if (found === undefined) return
      agreed = found.stored === at.stored && found.seq === at.seq ? agreed + 1 : 1
      at = found
      if (agreed < keys.length) {
        yield { place: { stored: at.stored, seq: at.seq - step }, isFound: false }
        continue
      }
      yield { place: at, isFound: true }
      at = { stored: at.stored, seq: at.seq + step }
      agreed = 0
    }
  }

  return function candidates(
    keys: readonly bigint[],
    range: Range,
    effort: Effort,
  ): Generator<Progress> {
    return keys.length === 1 ? ofOne(keys[0]!, range, effort) : ofAll(keys, range, effort)
  }
}
