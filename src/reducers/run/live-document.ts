import { MAX_DOCUMENT_BYTES } from '../../platform/document-store'
import { keyOf, type Scope } from '../kept/places'
import {
  decodeStates,
  encodeStates,
  MAX_PLACES,
  type StateDocument,
  type StateEntry,
} from '../kept/state-document'
import type { ReducedEvent, Reducer } from '../reducer'
import { faultOf } from './fault'
import { type Failure, fold, type Given, shownOf } from './fold'
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
  isTrusted(reducer: number): boolean
  /** @param place of the event in the batch; `SHOWING` while a state is made ready to be shown */
  tick(reducer: number, place: number): void
  /** Says why a reducer may not be given an event any more, or a state to show (without an event). */
  hungOn(reducer: number, event?: ReducedEvent): string | undefined
}

export const SHOWING = -2

/** Says how one reducer fared with one document. */
export interface Done {
  slot: string
  reducer: number
  applied: number
  repeated: number
  failures: Failure[]
  ms: number
}

/** The states of a scope, as they are in memory. */
export interface LiveDocument {
  tenantId: string
  of: Scope
  document: StateDocument
  /** It is that of what is kept; undefined when nothing is. */
  etag?: string | undefined
  /** If true, nobody could read what was kept: it begins anew. */
  isDamaged: boolean
  /** These changed since it was written last, by slot: the number of the reducer. */
  changed: Map<string, number>
  /** States as JSON, of reducers that are looked after. */
  texts: Map<string, string>
  /** Builds before these are gone. */
  tidied: Set<string>
  /** Courses and groups that are to be noted. */
  newPlaces: Set<string>
  /** About so many, as JSON. */
  bytes: number
}

/** Names the document of a scope in maps. */
export function nameOf(tenantId: string, of: Scope): string {
  return JSON.stringify([tenantId, ...keyOf(of)])
}

export function openDocument(
  { tenantId, of }: { tenantId: string; of: Scope },
  held: { bytes: Uint8Array; etag: string } | undefined,
): LiveDocument {
  const read = held && readable(held.bytes)
  return {
    ...{ tenantId, of, etag: held?.etag, document: read ?? { of, entries: {} } },
    ...{ isDamaged: held !== undefined && read === undefined },
    ...{ changed: new Map(), texts: new Map(), newPlaces: new Set(), tidied: new Set() },
    bytes: held?.bytes.length ?? 0,
  }
}

function readable(held: Uint8Array): StateDocument | undefined {
  try {
    const document = decodeStates(held)
    const { of, entries } = document
    return typeof of === 'object' && typeof entries === 'object' && entries ? document : undefined
  } catch {
    return undefined
  }
}

/** Takes events into the states of one scope. What is in them already is passed over. */
export function takeIn(
  live: LiveDocument,
  tasks: readonly Task[],
  batch: Batch,
  running: Running,
): Done[] {
  const { document } = live
  // Where the feed has places, these tell what is in a state.
  const isKeyed = batch.positions === undefined && !batch.isBuilding
  const seen = isKeyed ? keysIn(document.recent) : undefined
  const taken = new Set<string>()
  const done = tasks.map((task) => doTask(live, task, { batch, running, seen, taken }))
  if (isKeyed && taken.size > 0) {
    document.recent = withKeys(document.recent, [...taken], new Date(batch.now))
  }
  return done
}

interface Doing {
  batch: Batch
  running: Running
  /** These are in all states. */
  seen: ReadonlySet<string> | undefined
  /** Is told what was taken in, also in vain, where no place in the feed tells it. */
  taken: Set<string>
}

// States are bounded: an event adds a point or two to one of them, and the next write knows.
const GROWTH = 16

function doTask(live: LiveDocument, task: Task, { batch, running, seen, taken }: Doing): Done {
  const { entries } = live.document
  const { slot, reducer: number } = task
  const begunAt = performance.now()
  const entry = Object.hasOwn(entries, slot) ? entries[slot] : undefined
  const fresh = freshOf(task, entry, batch, seen)
  const repeated = task.events.length - fresh.length
  const about = { slot, reducer: number, repeated }
  if (fresh.length === 0) return { ...about, applied: 0, failures: [], ms: 0 }
  const reducer = running.reducers[number]!
  const folded = fold({
    ...{ reducer, from: entry?.state, text: live.texts.get(slot), given: fresh },
    isTrusted: running.isTrusted(number),
    tick: (place) => running.tick(number, place),
    hungOn: (event) => running.hungOn(number, event),
  })
  const { done, failures, text } = folded
  if (text !== undefined) live.texts.set(slot, text)
  const remembers = batch.isBuilding || entry?.recent !== undefined
  const isKeyed = remembers || seen !== undefined
  const keys = isKeyed ? fresh.map(({ event }) => keyOfEvent(event.eventId)) : []
  for (const key of keys) taken.add(key)
  const next = entry ?? begun(reducer.version)
  advance(next, { folded, fresh, batch })
  if (remembers) {
    const recent = withKeys(entry?.recent, keys, new Date(batch.now))
    if (Object.keys(recent).length > 0) next.recent = recent
    else delete next.recent
  }
  entries[slot] = next
  if (task.isShown && !live.tidied.has(slot)) {
    forgetBefore(entries, slot)
    live.tidied.add(slot)
  }
  live.changed.set(slot, number)
  live.bytes += GROWTH * done.length
  if ('learner' in live.of) tellPlaces(live, done, batch.now)
  return { ...about, applied: done.length, failures, ms: performance.now() - begunAt }
}

/** Leaves out events that are in the state already. */
function freshOf(
  { events }: Task,
  entry: StateEntry | undefined,
  batch: Batch,
  seen: ReadonlySet<string> | undefined,
): Given[] {
  const own = entry?.recent === undefined ? undefined : keysIn(entry.recent)
  const fresh: Given[] = []
  for (const place of events) {
    const event = batch.events[place]!
    const position = batch.positions?.[place]
    if (position !== undefined && entry?.at !== undefined && position <= entry.at) continue
    if (own !== undefined || seen !== undefined) {
      const key = keyOfEvent(event.eventId)
      if (own?.has(key) || seen?.has(key)) continue
    }
    fresh.push({ place, event })
  }
  return fresh
}

interface Outcome {
  folded: ReturnType<typeof fold>
  fresh: readonly Given[]
  batch: Batch
}

function begun(version: number): StateEntry {
  return { version, state: undefined, events: 0, through: '', updatedAt: '', places: [] }
}

/** Changes the entry, which nobody else has. */
function advance(entry: StateEntry, { folded, fresh, batch }: Outcome) {
  const { done, failures, state } = folded
  entry.state = state
  entry.events += done.length
  if (failures.length > 0) entry.skipped = (entry.skipped ?? 0) + failures.length
  for (const { event } of fresh)
    if (event.receivedAt > entry.through) entry.through = event.receivedAt
  entry.updatedAt = batch.now
  const at = batch.positions?.[fresh.at(-1)!.place]
  if (at !== undefined) entry.at = at
  for (const { event } of done) addPlace(entry, event)
}

function addPlace(entry: StateEntry, { courseId: course, groupId: group }: ReducedEvent) {
  const { places } = entry
  if (places.some((one) => one.course === course && one.group === group)) return
  if (places.length >= MAX_PLACES) entry.morePlaces = true
  else
    places.push({ ...(course !== undefined && { course }), ...(group !== undefined && { group }) })
}

/** Builds before the one that is shown are of no use any more. */
function forgetBefore(entries: Record<string, StateEntry>, slot: string) {
  const [name, build] = slot.split('#')
  for (const other of Object.keys(entries)) {
    const [otherName, otherBuild] = other.split('#')
    if (otherName === name && Number(otherBuild) < Number(build)) delete entries[other]
  }
}

/** Notes places that were not told today. */
function tellPlaces({ document, newPlaces }: LiveDocument, done: readonly Given[], now: string) {
  const day = now.slice(0, 10)
  for (const { event } of done) {
    for (const name of [event.courseId, event.groupId]) {
      const places = document.told?.day === day ? document.told.places : []
      if (name === undefined || places.includes(name)) continue
      newPlaces.add(name)
      // Beyond the usual number they are told again with each batch.
      document.told = { day, places: [...places, name].slice(0, MAX_PLACES) }
    }
  }
}

/** A document is ready to be kept. */
export interface Ready {
  /** Absent when all of it is larger than a document may be: it cannot be kept. */
  bytes?: Uint8Array | undefined
  newPlaces: string[]
  failures: { reducer: number; failure: Failure }[]
}

/** Writes a document, with what readers are shown of states that have changed. */
export function encode(live: LiveDocument, running: Running): Ready {
  const { document, changed } = live
  const failures: Ready['failures'] = []
  for (const [slot, number] of changed) {
    const entry = document.entries[slot]
    const { show } = running.reducers[number]!
    if (show === undefined || entry === undefined) continue
    const fail = (reason: string, isHung?: true) =>
      failures.push({ reducer: number, failure: { place: 0, reason, ...(isHung && { isHung }) } })
    const hung = running.hungOn(number)
    if (hung !== undefined) {
      fail(hung, true)
      continue
    }
    running.tick(number, SHOWING)
    try {
      entry.shown = shownOf(show, entry.state)
    } catch (error) {
      fail(faultOf(error))
    }
  }
  const bytes = encodeStates(document)
  const isTooLarge = bytes.length > MAX_DOCUMENT_BYTES
  live.bytes = bytes.length
  return { bytes: isTooLarge ? undefined : bytes, newPlaces: [...live.newPlaces], failures }
}
