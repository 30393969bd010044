import type { EventRecord } from '../../event/record'
import type { StoredRecord } from '../../platform/live-feed'
import { withoutFew } from '../suppress'
import type { LiveQuestion } from './question'
import { groupOf, isPerson } from './question'

/** Rows of one interval that changed, with their numbers as they are now: who has older ones replaces these. */
export interface TallyNews {
  /** The beginning of the interval, by arrival, ISO 8601 UTC. */
  start: string
  /** The latest arrival that is counted. */
  countedTo: string
  rows: { group: string | null; value: number }[]
  /** Its beginning was not counted: the stream began within it. */
  partial?: true
  /** There is more than is counted apart. */
  truncated?: true
  suppressed?: number
  /** Whoever comes again goes on with this interval. */
  mark: Mark
}

/** A mark is where an interval begins in the feed, and how far it was counted. */
export interface Mark {
  startMs: number
  isPartial: boolean
  /** The position before the first event of the interval. */
  from: string
  /** The position behind the last that was counted. */
  to: string
}

interface Group {
  weight: number
  people: Set<string>
}

/** Memory for what is counted apart: groups, and people in them. */
export interface TallyRoom {
  take(count: number): boolean
  release(count: number): void
}

export interface Tally {
  /** Counts an event. @returns false when so much waits to be told that no more should come */
  add(stored: StoredRecord): boolean
  /** Begins again behind a place, since what was before it is not held any more. */
  resume(from: string): void
  /** Takes what there is to tell, of one interval at a time. */
  news(now: Date): TallyNews | undefined
  /** Gives its memory back. */
  [Symbol.dispose](): void
}

// Courses, objects or sources in a quarter of an hour; a page shows a few of them.
const MOST_GROUPS = 1000
// Whoever comes again after a day catches up on intervals, some at a time.
const MOST_WAITING = 8
// Clocks differ, and so do the ways of events: an interval is over a little after its end.
const LATE_MS = 5_000

/**
 * Counts what arrives by interval of arrival and by group. It depends on the order of the feed alone: whoever
 * begins again at a mark counts the same. An event that arrived before the interval that is counted (it
 * waited in quarantine) counts in that.
 * @param begin a mark, or the position at which a new stream begins at a time
 * @param order compares positions of the feed
 */
export function createTally(
  question: LiveQuestion,
  {
    begin,
    room,
    order,
  }: {
    begin: Mark | { from: string; now: Date }
    room: TallyRoom
    order(a: string, b: string): number
  },
): Tally {
  const { intervalMs, metric, seesPeople } = question
  const floor = (ms: number) => Math.floor(ms / intervalMs) * intervalMs
  const isNew = 'now' in begin
  let startMs = isNew ? floor(begin.now.getTime()) : begin.startMs
  let isPartial = isNew || begin.isPartial
  let { from } = begin
  /** Nothing is told of this interval before it is counted as far as it was once. */
  let reachedBefore = isNew ? undefined : begin.to
  let last: (() => string) | undefined
  let lastArrival = 0
  let groups = new Map<string | null, Group>()
  let changed = new Set<string | null>()
  let isTruncated = false
  let taken = 0
  const closed: TallyNews[] = []

  function take(): boolean {
    if (!room.take(1)) {
      isTruncated = true
      return false
    }
    taken += 1
    return true
  }

  function release() {
    room.release(taken)
    taken = 0
  }

  function count(record: EventRecord) {
    const name = groupOf(record, question.groupBy)
    let group = groups.get(name)
    if (group === undefined) {
      if (groups.size >= MOST_GROUPS || !take()) {
        isTruncated = true
        return
      }
      group = { weight: 0, people: new Set() }
      groups.set(name, group)
    }
    group.weight += 1 / (record.sampleRate ?? 1)
    changed.add(name)
    const asksWho = metric === 'actors' || !seesPeople
    const { actorId } = record
    if (!asksWho || actorId === undefined || !isPerson(record)) return
    if (!group.people.has(actorId) && take()) group.people.add(actorId)
  }

  function newsOf(names: Iterable<string | null>): TallyNews {
    const all = [...names].map((name) => {
      const { weight, people } = groups.get(name)!
      const value = metric === 'actors' ? people.size : Math.round(weight)
      return { group: name, value, people: people.size }
    })
    const shown = seesPeople ? { rows: all, suppressed: 0 } : withoutFew(all)
    return {
      start: new Date(startMs).toISOString(),
      countedTo: new Date(lastArrival).toISOString(),
      rows: shown.rows.map(({ group, value }) => ({ group, value })),
      ...(isPartial && { partial: true as const }),
      ...(isTruncated && { truncated: true as const }),
      ...(shown.suppressed > 0 && { suppressed: shown.suppressed }),
      mark: { startMs, isPartial, from, to: last?.() ?? from },
    }
  }

  function roll(toMs: number) {
    // Whoever sees nobody is told of an interval once, when it is over: each step would be somebody's.
    if (changed.size > 0) closed.push(newsOf(seesPeople ? changed : groups.keys()))
    from = last?.() ?? from
    release()
    ;[groups, changed] = [new Map(), new Set()]
    ;[startMs, isPartial, isTruncated, reachedBefore] = [toMs, false, false, undefined]
  }

  return {
    add(stored) {
      const arrived = Date.parse(stored.record.receivedAt)
      const at = floor(arrived)
      if (at > startMs) roll(at)
      count(stored.record)
      last = () => stored.position()
      lastArrival = Math.max(lastArrival, arrived)
      if (reachedBefore !== undefined && order(stored.position(), reachedBefore) >= 0) {
        reachedBefore = undefined
      }
      return closed.length < MOST_WAITING
    },

    resume(position) {
      last = () => position
      from = position
      isPartial = true
      reachedBefore = undefined
    },

    news(now) {
      const first = closed.shift()
      if (first !== undefined) return first
      if (changed.size === 0 || reachedBefore !== undefined) return undefined
      const isOver = now.getTime() >= startMs + intervalMs + LATE_MS
      if (!seesPeople && !isOver) return undefined
      const news = newsOf(seesPeople ? changed : groups.keys())
      changed = new Set()
      return news
    },

    [Symbol.dispose]: release,
  }
}
