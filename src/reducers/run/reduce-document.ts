import { MAX_DOCUMENT_BYTES } from '../../platform/document-store'
import type { Scope } from '../kept/places'
import {
  decodeStates,
  encodeStates,
  MAX_PLACES,
  type StateDocument,
  type StateEntry,
} from '../kept/state-document'
import type { ReducedEvent, Reducer } from '../reducer'
import { type Failure, fold, type Given } from './fold'
import { keyOfEvent, keysIn, withKeys } from './recent'

/** One reducer has these events of one document to take in. */
export interface Task {
  slot: string
  /** Its number among those that are loaded. */
  reducer: number
  /** Readers are shown it: builds before it are forgotten. */
  isShown?: boolean | undefined
  /** Places in the batch. */
  events: readonly number[]
}

export interface Batch {
  events: readonly ReducedEvent[]
  /** The places of the events in the feed, where it has any. */
  positions?: readonly number[] | undefined
  /** The events are of what was stored before; repeats are told by each state for itself. */
  isBuilding: boolean
  /** ISO 8601 UTC. */
  now: string
}

export interface Running {
  reducers: readonly Reducer[]
  tick(reducer: number, place: number): void
  /** Says why a reducer may not be given an event any more. */
  hungOf(slot: string): ReadonlyMap<number, string>
}

export interface Reduced {
  /** The document as it is to be kept; absent when it stays as it is. */
  bytes?: Uint8Array | undefined
  /** Courses and groups that a learner was not in before today. */
  newPlaces: string[]
  /** The document that was kept could not be read: it begins anew. */
  isDamaged?: true
  tasks: Done[]
}

/** Says how one reducer fared with one document. */
export interface Done {
  slot: string
  reducer: number
  applied: number
  repeated: number
  failures: Failure[]
  ms: number
}

/**
 * Takes events into the states of one scope. It changes nothing outside, and comes to the same whenever it is
 * asked again.
 * @param held the document as it is kept; undefined when there is none
 */
export function reduceDocument(
  held: Uint8Array | undefined,
  { of, tasks }: { of: Scope; tasks: readonly Task[] },
  batch: Batch,
  running: Running,
): Reduced {
  const read = held === undefined ? undefined : readable(held)
  const document: StateDocument = read ?? { of, entries: {} }
  const isDamaged = held !== undefined && read === undefined
  const seen = batch.isBuilding ? new Set<string>() : keysIn(document.recent)
  const taken = new Set<string>()
  const named = new Set<string>()
  const done = tasks.map((task) => doTask(document, task, { batch, running, seen, taken, named }))
  const about = { tasks: done, ...(isDamaged && { isDamaged }) }
  if (taken.size === 0) return { ...about, newPlaces: [] }
  if (batch.positions === undefined && !batch.isBuilding) {
    document.recent = withKeys(document.recent, [...taken], new Date(batch.now))
  }
  const newPlaces = 'learner' in document.of ? tellPlaces(document, [...named], batch.now) : []
  const bytes = encodeStates(document)
  if (bytes.length > MAX_DOCUMENT_BYTES)
    return { ...about, tasks: done.map(tooLarge), newPlaces: [] }
  return { ...about, bytes, newPlaces }
}

interface Doing {
  batch: Batch
  running: Running
  /** These are in all states. */
  seen: ReadonlySet<string>
  /** Is told what was taken in, also in vain. */
  taken: Set<string>
  /** Is told the courses and groups of what was taken in. */
  named: Set<string>
}

function doTask(document: StateDocument, task: Task, doing: Doing): Done {
  const { entries } = document
  const { slot, reducer: number } = task
  const { batch, running, seen, taken, named } = doing
  const begunAt = performance.now()
  const entry = Object.hasOwn(entries, slot) ? entries[slot] : undefined
  const fresh = freshOf(task, entry, batch, seen)
  const repeated = task.events.length - fresh.length
  const about = { slot, reducer: number, repeated }
  if (fresh.length === 0) return { ...about, applied: 0, failures: [], ms: 0 }
  const reducer = running.reducers[number]!
  const folded = fold({
    ...{ reducer, from: entry?.state, given: fresh, hung: running.hungOf(slot) },
    tick: (place) => running.tick(number, place),
  })
  const keys = fresh.map(({ event }) => keyOfEvent(event.eventId))
  for (const key of keys) taken.add(key)
  const now = new Date(batch.now)
  const remembers = batch.isBuilding || entry?.recent !== undefined
  const recent = remembers ? withKeys(entry?.recent, keys, now) : {}
  entries[slot] = {
    ...entryAfter(entry, { folded, fresh, batch, version: reducer.version }),
    ...(Object.keys(recent).length > 0 && { recent }),
  }
  if (task.isShown) forgetBefore(entries, slot)
  const { done, failures } = folded
  for (const { courseId, groupId } of done.map(({ event }) => event)) {
    if (courseId !== undefined) named.add(courseId)
    if (groupId !== undefined) named.add(groupId)
  }
  return { ...about, applied: done.length, failures, ms: performance.now() - begunAt }
}

/** Builds before the one that is shown are of no use any more. */
function forgetBefore(entries: Record<string, StateEntry>, slot: string) {
  const [name, build] = slot.split('#')
  for (const other of Object.keys(entries)) {
    const [otherName, otherBuild] = other.split('#')
    if (otherName === name && Number(otherBuild) < Number(build)) delete entries[other]
  }
}

function readable(held: Uint8Array): StateDocument | undefined {
  try {
    const { of, entries, recent, told } = decodeStates(held)
    const isOne = typeof of === 'object' && typeof entries === 'object' && entries !== null
    return isOne ? { of, entries, ...(recent && { recent }), ...(told && { told }) } : undefined
  } catch {
    return undefined
  }
}

/** Nothing of it can be kept: the states stay as they are. */
function tooLarge({ applied: _, ...done }: Done): Done {
  const reason = `all states of one scope take more than ${MAX_DOCUMENT_BYTES} bytes`
  return { ...done, applied: 0, failures: [{ place: 0, reason }] }
}

/** Leaves out events that are in the state already. */
function freshOf(
  { events }: Task,
  entry: StateEntry | undefined,
  batch: Batch,
  seen: ReadonlySet<string>,
): Given[] {
  const own = entry?.recent === undefined ? undefined : keysIn(entry.recent)
  const fresh: Given[] = []
  for (const place of events) {
    const event = batch.events[place]!
    const position = batch.positions?.[place]
    if (position !== undefined && entry?.at !== undefined && position <= entry.at) continue
    if (own !== undefined || position === undefined) {
      const key = keyOfEvent(event.eventId)
      if (own?.has(key) || (position === undefined && seen.has(key))) continue
    }
    fresh.push({ place, event })
  }
  return fresh
}

interface Outcome {
  folded: ReturnType<typeof fold>
  fresh: readonly Given[]
  batch: Batch
  version: number
}

function entryAfter(entry: StateEntry | undefined, outcome: Outcome): StateEntry {
  const { folded, fresh, batch, version } = outcome
  const { done, failures, state, shown } = folded
  const arrivals = fresh.map(({ event }) => event.receivedAt)
  const through = [entry?.through ?? '', ...arrivals].toSorted().at(-1)!
  const last = fresh.at(-1)!.place
  const at = batch.positions?.[last] ?? entry?.at
  const skipped = (entry?.skipped ?? 0) + failures.length
  const kept = shown === undefined ? entry?.shown : shown
  return {
    version,
    state,
    ...(kept !== undefined && { shown: kept }),
    events: (entry?.events ?? 0) + done.length,
    ...(skipped > 0 && { skipped }),
    through,
    updatedAt: batch.now,
    ...placesAfter(entry, done),
    ...(at !== undefined && { at }),
  }
}

function placesAfter(entry: StateEntry | undefined, done: readonly Given[]) {
  const places = [...(entry?.places ?? [])]
  let more = entry?.morePlaces
  for (const { event } of done) {
    const { courseId: course, groupId: group } = event
    if (places.some((one) => one.course === course && one.group === group)) continue
    if (places.length >= MAX_PLACES) more = true
    else
      places.push({
        ...(course !== undefined && { course }),
        ...(group !== undefined && { group }),
      })
  }
  return { places, ...(more && { morePlaces: more }) }
}

/** Lists places that were not told today, and notes them as told. */
function tellPlaces(document: StateDocument, named: readonly string[], now: string): string[] {
  const day = now.slice(0, 10)
  const told = document.told?.day === day ? document.told.places : []
  const fresh = named.filter((name) => !told.includes(name))
  // Beyond the usual number they are told again with each batch.
  if (fresh.length > 0) document.told = { day, places: [...told, ...fresh].slice(0, MAX_PLACES) }
  return fresh
}
