import { toUtcMillis } from '../syntax/timestamp'
import { answers } from './answers'
import type { BlobPlace } from './blob-place'
import { type Around, blobEnvelope, envelope, sessionItem } from './envelope'
import { type ReadFrame, type Refusal, readFrame, type Sent } from './frame'
import { claimNames, guestOf, hasGuests, identify, sayUnknown } from './identify'
import { hasSource, lock } from './lock'
import { type Members, own } from './members'
import type { Effect, ObserverState, Terms } from './state'

/*
 * The core of a connection. It is pure but for the state, which it changes: a process keeps that in memory,
 * or in a document between two frames. Everything waits until the client has said which source its events
 * are of and who its learner is; then it goes on in the order in which it came, with all that is locked by
 * then, so that a backlog sent before its `lock_fields` is whole.
 */

/** As many as an hour of typing; what is beyond them goes to quarantine. */
export const MAX_WAITING = 10_000
export const MAX_WAITING_LENGTH = 4 * 1024 * 1024

/** A client that says who its learner is does so within this time after its first event, as its pages load. */
export const IDENTITY_MS = 5_000
/** Clients lock their source when they open: without it after this time, events go on as they are. */
export const SOURCE_MS = 60_000
/** Who is not known after this time is not known; what waits goes to quarantine. */
export const GIVE_UP_MS = 10 * 60_000

/** Frames that wait are put in quarantine for this. */
export const tooMany: Refusal = {
  code: 'too_many_waiting',
  message: `More than ${MAX_WAITING} frames, or ${MAX_WAITING_LENGTH} characters, came before it was known who sends them, and of which source`,
  path: [],
}

const notIdentified: Refusal = {
  code: 'not_identified',
  message: 'It did not become known whose event this is',
  path: ['auth'],
}

/** Takes the next frame of a connection; some before it may be missing. */
export function hear(state: ObserverState, sent: Sent, terms: Terms): Effect[] {
  state.frames = sent.n
  const read = readFrame(sent)
  if (read.kind === 'broken') return refuse(state, sent, false, read.refusal)
  if (read.kind === 'lock_fields') {
    const locked = lock(state.locked, own(read.members, 'fields') as Members, sent.n)
    if ('code' in locked) return refuse(state, sent, true, locked)
    state.locked = locked
    state.isSourced ||= hasSource(locked)
  } else if (state.identity === undefined) {
    noteClaims(state, read.members)
    state.hasEvent = true
  }
  noteUnknown(state, sent.at)
  if (isReady(state)) return emit(state, sent, read)
  state.waiting.push(sent)
  state.waitingLength += sent.text.length
  if (read.kind === 'terminate') return finish(state, terms)
  const found = lookAgain(state, terms)
  if (found !== undefined) return found
  const isOver = state.waiting.length > MAX_WAITING || state.waitingLength > MAX_WAITING_LENGTH
  return isOver ? giveUp(state, tooMany) : []
}

/** Lets time pass. @param now ISO 8601 UTC */
export function pass(state: ObserverState, now: string, terms: Terms): Effect[] {
  const [first] = state.waiting
  if (first === undefined) return []
  const waited = Date.parse(now) - Date.parse(first.at)
  if (!state.isSourced && waited >= SOURCE_MS) {
    state.isSourced = true
    noteUnknown(state, now)
    const found = lookAgain(state, terms)
    if (found !== undefined) return found
  }
  if (waited >= GIVE_UP_MS) return giveUp(state, notIdentified)
  const { unknownSince } = state
  if (unknownSince === undefined) return []
  if (Date.parse(now) - Date.parse(unknownSince) < IDENTITY_MS) return []
  if (hasGuests(terms.settings)) {
    return [...become(state, guestOf(state.connectionId)), ...release(state)]
  }
  return sayNotKnown(state, terms)
}

/** Deals with all that waits: the connection has ended, or says that it does. */
export function finish(state: ObserverState, terms: Terms): Effect[] {
  if (state.waiting.length === 0) return []
  state.isSourced = true
  const found = lookAgain(state, terms, true)
  if (found !== undefined) return found
  if (hasGuests(terms.settings)) {
    return [...become(state, guestOf(state.connectionId)), ...release(state)]
  }
  return [...sayNotKnown(state, terms), ...giveUp(state, notIdentified)]
}

/** Tells the time at which `pass` may have something to do, ms since 1970; undefined when none is. */
export function nextLook(state: ObserverState): number | undefined {
  const [first] = state.waiting
  if (first === undefined) return undefined
  const since = Date.parse(first.at)
  const times = [since + GIVE_UP_MS]
  if (!state.isSourced) times.push(since + SOURCE_MS)
  if (state.unknownSince !== undefined && state.toldUnknown === undefined) {
    times.push(Date.parse(state.unknownSince) + IDENTITY_MS)
  }
  return Math.min(...times)
}

function isReady(state: ObserverState): boolean {
  return state.isSourced && state.identity !== undefined
}

/** Keeps what an event says of its learner: it may wait for its source. */
function noteClaims(state: ObserverState, members: Members) {
  for (const name of claimNames) {
    const value = own(members, name)
    if (value === undefined || value === null || own(state.claims, name) !== undefined) continue
    // A claim is short, or is none.
    if (JSON.stringify(value).length <= MAX_CLAIM) state.claims = { ...state.claims, [name]: value }
  }
}

// An address of e-mail has at most 254 characters, and an id beside it far fewer.
const MAX_CLAIM = 2048

function noteUnknown(state: ObserverState, now: string) {
  const isAsked = state.isSourced && state.hasEvent && state.identity === undefined
  if (isAsked) state.unknownSince ??= now
}

/**
 * Looks whether it is known by now who the learner is: by the best of what is said until the first event of a
 * known source, or the end.
 * @returns undefined while it is not
 */
function lookAgain(state: ObserverState, terms: Terms, isEnd = false): Effect[] | undefined {
  if (isReady(state)) return release(state)
  if (state.identity !== undefined || (state.unknownSince === undefined && !isEnd)) return undefined
  const said = { ...state.claims, ...state.locked.fields }
  const found = identify({ said, ...terms })
  return 'reasons' in found ? undefined : [...become(state, found), ...release(state)]
}

function become(state: ObserverState, identity: NonNullable<ObserverState['identity']>): Effect[] {
  state.identity = identity
  return [{ kind: 'answer', text: answers.identified(identity.userId) }]
}

function sayNotKnown(state: ObserverState, terms: Terms): Effect[] {
  const said = { ...state.claims, ...state.locked.fields }
  const found = identify({ said, ...terms })
  const reason = sayUnknown('reasons' in found ? found.reasons : [], terms.settings)
  if (state.toldUnknown === reason) return []
  state.toldUnknown = reason
  return [{ kind: 'answer', text: answers.notIdentified(reason) }]
}

function release(state: ObserverState): Effect[] {
  const { waiting } = state
  forgetWaiting(state)
  return waiting.flatMap((sent) => emit(state, sent, readFrame(sent)))
}

export function giveUp(state: ObserverState, refusal: Refusal): Effect[] {
  const { waiting } = state
  const last = waiting.at(-1)?.n ?? state.frames
  const around = aroundOf(state)
  forgetWaiting(state)
  const kept = waiting.map((sent): Effect => {
    return { kind: 'keep', n: sent.n, item: envelope(sent, true, around), refusal }
  })
  return [...kept, { kind: 'answer', text: answers.error(refusal, { frame: last, kept: true }) }]
}

function forgetWaiting(state: ObserverState) {
  state.waiting = []
  state.waitingLength = 0
  state.hasEvent = false
  delete state.unknownSince
}

function refuse(state: ObserverState, sent: Sent, isJson: boolean, refusal: Refusal): Effect[] {
  const item = envelope(sent, isJson, aroundOf(state))
  return [
    { kind: 'keep', n: sent.n, item, refusal },
    { kind: 'answer', text: answers.error(refusal, { frame: sent.n, kept: true }) },
  ]
}

/** Hands on a frame of a known learner. */
function emit(state: ObserverState, sent: Sent, read: ReadFrame): Effect[] {
  if (read.kind === 'broken') return refuse(state, sent, false, read.refusal)
  const { kind, members } = read
  const around = aroundOf(state)
  const merged = { ...members, ...state.locked.fields }
  const noted = note(state, around)
  if (kind !== 'save_blob' && kind !== 'fetch_blob') {
    const effect = store(sent.n, envelope(sent, true, around))
    return [...noted, kind === 'terminate' ? { ...effect, isEnd: true } : effect]
  }
  const of = blobOf(state, merged)
  if (of === undefined) return [...noted, ...refuse(state, sent, true, noPlace)]
  if (kind === 'fetch_blob') {
    const { n } = sent
    const before = timeIn(own(members, 'before'))
    if (before === false) return [...noted, ...refuse(state, sent, true, noTime)]
    const fetch: Effect = { kind: 'fetchBlob', n, of, ...(before !== undefined && { before }) }
    return [...noted, fetch, store(n, envelope(sent, true, around))]
  }
  const { item, blob } = blobEnvelope(sent, around)
  return [
    ...noted,
    { kind: 'saveBlob', n: sent.n, of, blob, item: envelope(sent, true, around) },
    store(sent.n, item),
  ]
}

const noPlace: Refusal = {
  code: 'no_activity',
  message: 'A blob is one of a source and an activity: lock both, or send them along',
  path: ['activity'],
}

const noTime: Refusal = {
  code: 'invalid_time',
  message: 'before: Expected a time, as 2026-11-30T08:15:00Z',
  path: ['before'],
}

/** @returns ISO 8601 UTC with milliseconds; undefined where none is asked for, false for what is none */
function timeIn(value: unknown): string | undefined | false {
  if (value === undefined || value === null) return undefined
  return (typeof value === 'string' && toUtcMillis(value)) || false
}

function note(state: ObserverState, around: Around): Effect[] {
  if (state.isNoted) return []
  state.isNoted = true
  return [store(0, sessionItem(around, state.openedAt))]
}

function store(n: number, item: string): Extract<Effect, { kind: 'store' }> {
  return { kind: 'store', n, item }
}

function blobOf({ identity }: ObserverState, merged: Members): BlobPlace | undefined {
  const source = textIn(merged, 'source')
  const activity = textIn(merged, 'activity')
  if (identity === undefined || source === undefined || activity === undefined) return undefined
  const { userId, safeUserId } = identity
  return { userId, safeUserId, source, activity }
}

function textIn(members: Members, name: string): string | undefined {
  const value = own(members, name)
  const text = Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && text !== '' ? text : undefined
}

function aroundOf({ connectionId, locked, identity }: ObserverState): Around {
  return { connectionId, locked, identity }
}
