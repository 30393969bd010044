import type { Finders } from './finders'

/** The place of a statement in the order of all. */
export interface Place {
  /** ms since 1970. */
  stored: number
  seq: number
}

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
export function createCandidates(finders: Pick<Finders, 'list' | 'next'>) {
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

  function* ofAll(keys: readonly bigint[], range: Range, effort: Effort): Generator<Progress> {
    const { ascending } = range
    const [step, end] = ascending ? [1, range.to] : [-1, range.from]
    let at = beginOf(range)
    let agreed = 0
    for (let turn = 0; ; turn = (turn + 1) % keys.length) {
      const found = finders.next(keys[turn]!, at, ascending, end)
      effort.rows += 1
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
