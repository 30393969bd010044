import type { EventRecord } from '../../event/record'

/** The page that a person reads is made of this, so that it never needs all events at once. */
export interface Summary {
  first?: string | undefined
  last?: string | undefined
  /** By what was done, in our words. */
  kinds: Record<string, number>
  /** By `YYYY-MM`, UTC. */
  months: Record<string, number>
  /** By the id of the system that sent them. */
  sources: Record<string, number>
  latest: Line[]
  /** Sessions of tests, whose documents are looked up afterwards. */
  sessions: string[]
}

interface Line {
  at: string
  what: string
  on: string
}

// A page of more is read by nobody; the files have all.
const MAX_LATEST = 100
const MAX_KINDS = 100
const MAX_SOURCES = 100
const MAX_SESSIONS = 10_000
const MAX_TEXT = 200
const OTHER = 'other'

export function emptySummary(): Summary {
  return { kinds: {}, months: {}, sources: {}, latest: [], sessions: [] }
}

/** Adds an event of the person. @param name what the object is called, if it may be said */
export function addTo(summary: Summary, record: EventRecord, name: string | undefined): void {
  const at = record.occurredAt ?? record.eventTime
  if (summary.first === undefined || at < summary.first) summary.first = at
  if (summary.last === undefined || at > summary.last) summary.last = at
  const what = (record.commonAction ?? record.action ?? record.type).slice(0, MAX_TEXT)
  count(summary.kinds, what, MAX_KINDS)
  count(summary.months, at.slice(0, 7), Number.POSITIVE_INFINITY)
  count(summary.sources, record.sourceId, MAX_SOURCES)
  const { sessionId } = record
  const { sessions } = summary
  if (sessionId !== undefined && sessions.length < MAX_SESSIONS && !sessions.includes(sessionId)) {
    sessions.push(sessionId)
  }
  const on = (name ?? record.objectType ?? '').slice(0, MAX_TEXT)
  insert(summary.latest, { at, what, on })
}

function count(counts: Record<string, number>, name: string, most: number) {
  const isKnown = Object.hasOwn(counts, name)
  const key = isKnown || Object.keys(counts).length < most ? name : OTHER
  // A name may be `__proto__`, which is no property like others.
  const before = Object.hasOwn(counts, key) ? counts[key]! : 0
  Object.defineProperty(counts, key, {
    ...{ value: before + 1, enumerable: true, writable: true, configurable: true },
  })
}

/** Puts a line among the latest, which stand newest first. */
function insert(latest: Line[], line: Line) {
  if (latest.length === MAX_LATEST && line.at <= latest.at(-1)!.at) return
  const place = latest.findIndex(({ at }) => at < line.at)
  latest.splice(place < 0 ? latest.length : place, 0, line)
  if (latest.length > MAX_LATEST) latest.pop()
}
