import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../platform/clock'
import type { Connection } from '../../platform/connections'
import type { DocumentStore } from '../../platform/document-store'
import type { ObserverSettings } from '../../platform/registry/sources'
import { answers } from '../answers'
import { finish, hear, pass } from '../machine'
import type { Perform } from '../perform'
import { type Effect, newState, type Terms } from '../state'
import { createFrames } from './frames'
import { type Coming, createHelds, type Held, isPast, type Place } from './held'
import { performEach } from './perform-each'

export interface RelayNeeds {
  documents: DocumentStore
  perform: Perform
  settingsOf(connection: Connection): Promise<ObserverSettings | undefined>
  /** Sends a text to a client, which may have gone. */
  send(connectionId: string, text: string): Promise<void>
  /** Whoever calls has so many milliseconds left. */
  leftMs(): number
  clock: Clock
}

// A function is ended after 29 s; whoever has a turn for longer is dead.
const TURN_MS = 35_000
// Dealing with a round takes a second or two where stores are slow; less than this is not enough to begin one.
const ENOUGH_MS = 5000
// Others try at the same moment; a try takes some ten milliseconds.
const PAUSE_MS = 20
// A document has at most 8 MB: what waits for its source goes on without it, before it is too large.
const MAX_HELD_LENGTH = 5 * 1024 * 1024

/**
 * Runs connections whose frames come to processes of their own, several at once. One at a time has the turn of
 * a connection: it numbers what came, and writes that down before it does anything; others leave their frames in
 * documents, and whoever has the turn looks for these before it leaves.
 */
export function createRelay(needs: RelayNeeds) {
  const { settingsOf, send, leftMs, clock } = needs
  const perform = performEach(needs.perform)
  const helds = createHelds(needs)
  const frames = createFrames(needs)

  /**
   * Deals with what came, unless somebody does.
   * @param connection who is at the other end, where that is known; else a connection that is not held stays so
   * @returns once it is durable, one way or another
   * @throws {StorageError} what came may be lost, or is dealt with later
   */
  async function deal(place: Place, connection: Connection | undefined, coming: Coming) {
    let own: Coming | undefined = coming
    while (leftMs() > ENOUGH_MS) {
      const found = await helds.read(place)
      if (found !== undefined && isHadByOther(found.held, clock.now())) {
        if (own === undefined || !isFrame(own)) return
        await frames.put(place, own)
        own = undefined
        // Whoever had the turn may have looked for frames just before.
        continue
      }
      const held = found?.held ?? freshly(place, connection, own)
      if (held === undefined) return
      const isLeft = held.inHand.length > 0
      if (isLeft && own !== undefined && isFrame(own)) {
        // It comes behind what somebody left, which may fail.
        await frames.put(place, own)
        own = undefined
      }
      const names = isLeft || own !== undefined ? [] : await frames.list(place, held.done)
      const inHand = isLeft ? held.inHand : own === undefined ? names.map(named) : [own]
      if (inHand.length === 0) return
      const turn = {
        by: randomBytes(9).toString('base64url'),
        until: new Date(clock.now().getTime() + TURN_MS).toISOString(),
      }
      const takenAt = isLeft ? held.takenAt : clock.now().toISOString()
      const taken = { ...held, inHand, takenAt, turn }
      const etag = await helds.put(place, taken, found?.etag)
      if (etag === undefined) {
        await wait(Math.random() * PAUSE_MS)
        continue
      }
      if (!isLeft) own = undefined
      if (!(await round(place, taken, etag))) return
      if (own === undefined && (await frames.list(place, names)).length === 0) return
    }
    if (own !== undefined && isFrame(own)) await frames.put(place, own)
  }

  /** Deals with what is in hand. @returns false when somebody else did */
  async function round(place: Place, taken: Held, etag: string): Promise<boolean> {
    const { connection } = taken
    try {
      const names = taken.inHand.flatMap((one) => ('name' in one ? one.name : []))
      const read = await frames.read(place, names)
      const byName = new Map(names.map((name, at) => [name, read[at]]))
      const inHand = taken.inHand.map((one) => ('name' in one ? byName.get(one.name) : one))
      const { personId, settings } = await termsOf(connection)
      const worked = structuredClone(taken)
      const effects = work(worked, inHand, { personId, settings })
      const texts = await perform(connection, worked.state, effects)
      await frames.remove(place, taken.done ?? [])
      const { turn: _turn, takenAt: _at, ...free } = worked
      const done = names.length > 0 ? names : undefined
      const put = await helds.put(place, { ...free, inHand: [], done }, etag)
      if (put === undefined) return false
      await frames.remove(place, names)
      for (const text of [...texts, ...receiptOf(worked, taken)]) {
        await send(place.connectionId, text)
      }
      return true
    } catch (thrown) {
      // It is dealt with again by the next frame, or by whoever looks after connections.
      await helds.put(place, { ...taken, turn: undefined }, etag).catch(() => undefined)
      throw thrown
    }
  }

  async function termsOf(connection: Connection): Promise<Terms> {
    const { person } = connection.principal
    return { personId: person?.learnerId, settings: await settingsOf(connection) }
  }

  return {
    deal,

    /**
     * Lets time pass for a connection, deals with what was left of it, and forgets it once it is over.
     * @throws {StorageError}
     */
    async lookAfter(place: Place): Promise<void> {
      const now = clock.now()
      const found = await helds.read(place)
      if (found === undefined) return
      const isOver = isPast(found.held, now)
      const hasEnded = found.held.endedAt !== undefined
      const at = now.toISOString()
      await deal(place, undefined, isOver && !hasEnded ? { end: at } : { tick: at })
      if (!isOver || !hasEnded) return
      const after = await helds.read(place)
      const isIdle = after?.held.inHand.length === 0 && after.held.turn === undefined
      if (isIdle && (await frames.list(place, after.held.done)).length === 0) {
        await helds.forget(place)
      }
    },
  }
}

/** Takes all that is in hand through the machine, which changes what is held. */
function work(held: Held, inHand: readonly (Coming | undefined)[], terms: Terms): Effect[] {
  const { state, takenAt } = held
  const effects = pass(state, takenAt!, terms)
  for (const one of inHand) {
    // Its number stays its own, so that those after it keep theirs.
    if (one === undefined) state.frames += 1
    else if ('end' in one) held.endedAt ??= one.end
    else if ('at' in one) effects.push(...hear(state, { n: state.frames + 1, ...one }, terms))
  }
  const isTooLong = state.waitingLength > 0 && JSON.stringify(state).length > MAX_HELD_LENGTH
  if (held.endedAt !== undefined || isTooLong) effects.push(...finish(state, terms))
  return effects
}

function freshly(
  { connectionId }: Place,
  connection: Connection | undefined,
  coming: Coming | undefined,
): Held | undefined {
  if (connection === undefined || coming === undefined) return undefined
  const at = 'at' in coming ? coming.at : 'end' in coming ? coming.end : undefined
  if (at === undefined) return undefined
  // The hash of a key is no business of a document.
  const { hash: _, ...principal } = connection.principal
  const about = { ...connection, principal }
  return { connection: about, state: newState(connectionId, at), inHand: [] }
}

function isHadByOther({ turn }: Held, now: Date): boolean {
  return turn !== undefined && turn.until > now.toISOString()
}

/** Tells what must not be lost: an end is one, too. */
function isFrame(coming: Coming): coming is Exclude<Coming, { name: string } | { tick: string }> {
  return !('tick' in coming) && !('name' in coming)
}

function named(name: string): Coming {
  return { name }
}

/** Says up to which frame all are stored, if that is further than before. */
function receiptOf({ state }: Held, { state: before }: Held): string[] {
  const through = throughOf(state)
  return through > throughOf(before) ? [answers.stored(through)] : []
}

function throughOf({ frames, waiting: [first] }: Held['state']): number {
  return first === undefined ? frames : first.n - 1
}
