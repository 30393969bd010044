import type { LakePlace, Place, Walk } from './place'

const DAY_MS = 24 * 60 * 60 * 1000

// The first question over the lake asks for a day. After that many days the next is asked alone.
const FIRST_WINDOW_MS = DAY_MS
const MOST_WINDOW_MS = 32 * DAY_MS
const LEAST_WINDOW_MS = 1000

// Reading the hot store may take its time: hot copies that could expire by then are read from the lake
// to begin with. It is read for a while longer, or its end would move on before it is reached.
const MARGIN_SHARE = 1 / 16
const READ_ON_SHARE = 1 / 8

interface Now {
  now: Date
  hotTtlDays: number
}

/** Returns the place at which to read on what arrived from `at` on. */
export function beginAt(at: string, to: string, { now, hotTtlDays }: Now): Place {
  const heldFrom = (margin: number) =>
    new Date(now.getTime() - hotTtlDays * DAY_MS * (1 - margin)).toISOString()
  if (at >= heldFrom(MARGIN_SHARE)) return { in: 'hot', from: at }
  const until = heldFrom(READ_ON_SHARE)
  const end = until < to ? until : to
  return { in: 'lake', from: at, to: end, windowMs: FIRST_WINDOW_MS, rows: 0 }
}

/**
 * Returns the place of a walk, which is another one when hot copies that it has not read may have
 * expired: because it was paused, say, or its receiver is slow. Then the lake has them.
 * @param hasOrder whether the hot store is read in the order of arrival; if not, all of it is read again
 */
export function placeNow(walk: Walk, time: Now & { hasOrder: boolean }): Place {
  const { place, at, to } = walk
  if (place.in === 'lake') return place
  const heldFrom = new Date(time.now.getTime() - time.hotTtlDays * DAY_MS).toISOString()
  const unread = time.hasOrder ? at : place.from
  return unread < heldFrom ? beginAt(unread, to, time) : place
}

/** Tells until when a question over the lake goes. */
export function windowEnd({ from, to, windowMs }: LakePlace): string {
  const end = new Date(Date.parse(from) + windowMs).toISOString()
  return end < to ? end : to
}

/** Returns the place after a question whose answer was not all of its window. */
export function afterSome(
  { query: _, failures: __, ...place }: LakePlace,
  last: { receivedAt: string; eventId: string },
): LakePlace {
  const windowMs = Math.max(place.windowMs / 2, LEAST_WINDOW_MS)
  return { ...place, from: last.receivedAt, afterId: last.eventId, windowMs }
}

/** Returns the place after a question that was answered to its end. */
export function afterAll(place: LakePlace): LakePlace {
  const { query: _, failures: __, afterId: ___, ...rest } = place
  const windowMs = Math.min(place.windowMs * 2, MOST_WINDOW_MS)
  return { ...rest, from: windowEnd(place), windowMs }
}

/** Returns a place with a smaller question: the answer may have been too large for the engine. */
export function afterFailure({ query: _, ...place }: LakePlace): LakePlace {
  const windowMs = Math.max(place.windowMs / 4, LEAST_WINDOW_MS)
  const rows = Math.max(Math.floor(place.rows / 4), 1)
  return { ...place, windowMs, rows, failures: (place.failures ?? 0) + 1 }
}

/** Tells how much of a walk is done once it has come to a time, in percent. */
export function percentAt({ from, to }: Pick<Walk, 'from' | 'to'>, at: string): number {
  const [start, end, now] = [from, to, at].map((time) => Date.parse(time)) as [
    number,
    number,
    number,
  ]
  const share = end > start ? (now - start) / (end - start) : 0
  // All is done only once it is over.
  return Math.min(Math.max(Math.floor(share * 100), 0), 99)
}
