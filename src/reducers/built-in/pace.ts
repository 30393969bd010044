import { rounded } from './deeds'

/** How much was typed within how much time, ms; and when the last of it was, ms since 1970. */
export interface Pace {
  amount: number
  ms: number
  last?: number | undefined
}

/** A writer who types nothing for longer thinks, reads or is away; Google Docs saves far more often. */
const LONGEST_PAUSE = 10_000
const MINUTE_MS = 60_000

export const unpaced: Pace = { amount: 0, ms: 0 }

/**
 * Adds what was typed by a time. It counts with the pause before it, so that the first after a long pause counts
 * for nothing: nobody knows how long that took. What comes late, from another device, counts for nothing as well.
 */
export function paced(pace: Pace, { at, amount }: { at: number; amount: number }): Pace {
  const { last } = pace
  if (last === undefined) return { ...pace, last: at }
  const pause = at - last
  if (pause < 0) return pace
  if (pause > LONGEST_PAUSE) return { ...pace, last: at }
  return { amount: pace.amount + amount, ms: pace.ms + pause, last: at }
}

/** Characters a minute; undefined before there was a second to tell it from. */
export function paceShown({ amount, ms }: Pace): number | undefined {
  return ms < 1_000 ? undefined : rounded((amount * MINUTE_MS) / ms, 1)
}
