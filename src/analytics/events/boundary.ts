const DAY_MS = 24 * 60 * 60 * 1000

// Whoever reads page after page may take that share of the time for which hot copies are held: 3.75 days of 30. What is
// older than the rest of it is read from the lake from the first page on, so that nothing expires under a reader's hands.
const READING_SHARE = 1 / 8

interface Times {
  now: Date
  hotTtlDays: number
  /** The lake has all that arrived before then, ISO 8601 UTC; undefined where nobody knows (on AWS). */
  archivedTo: string | undefined
}

/** The hot store answers for what arrived from `at` on, the lake for what arrived before. */
export interface Boundary {
  /** ISO 8601 UTC. */
  at: string
  /** The hot store holds all of its side until then, ms since 1970. */
  goodUntil: number
}

/** Tells since when the hot store holds everything that arrived, ISO 8601 UTC. */
export function heldFrom({ now, hotTtlDays }: Pick<Times, 'now' | 'hotTtlDays'>): string {
  return timeOf(now.getTime() - hotTtlDays * DAY_MS)
}

/**
 * Chooses the boundary of a reading that begins. It goes by arrival, which no later event changes: an event that is archived,
 * settled or expires meanwhile stays on its side.
 */
export function boundaryFrom({ now, hotTtlDays, archivedTo }: Times): Boundary {
  const held = hotTtlDays * DAY_MS
  const usual = now.getTime() - held * (1 - READING_SHARE)
  // An archive that has stopped for weeks has less; the answer's `completeTo` says so.
  const at = archivedTo === undefined ? usual : Math.min(usual, Date.parse(archivedTo))
  return { at: timeOf(at), goodUntil: Math.max(at + held, now.getTime() + held * READING_SHARE) }
}

function timeOf(ms: number): string {
  return new Date(Math.max(ms, 0)).toISOString()
}
