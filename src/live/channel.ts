import { type ConditionIndex, subjectOf } from '../event/conditions'
import type { EventRecord } from '../event/record'
import type { LiveFeed, StoredRecord } from '../platform/live-feed'
import type { Hidden } from '../query/hidden'
import { inSlices } from '../syntax/steps'
import type { Log } from '../telemetry/log'
import { type Held, heldOf } from './held'
import type { Shares } from './shares'
import { type Slice, sliceOf } from './slice'
import { createWindow, type Place, type Window } from './window'

/** A listener is a subscriber as its channel knows it. Its methods neither throw nor wait. */
export interface Listener {
  /** A record that its condition holds for was stored, and comes after those offered before. */
  offer(one: Held): void
  /** Records were passed over: it goes on from the feed, after the last that it had. */
  readAgain(): void
}

/** A channel is the feed of one tenant as the subscribers of this process follow it. */
export interface Channel extends AsyncDisposable {
  readonly listeners: Set<Listener>
  /** Everything up to here was offered to all listeners, or is being offered. */
  head(): Place
  /**
   * Tells which record is being offered, where that takes more than a turn of the event loop. It is offered
   * at the end to this listener, too, whose condition has changed meanwhile.
   */
  offeringTo(listener: Listener): Held | undefined
  readonly window: Window
  /** Tells what is hidden from readers by now. @throws {StorageError} when that cannot be known */
  isHidden(): Promise<(record: EventRecord) => boolean>
}

export interface ChannelNeeds {
  feed: LiveFeed
  hidden: Pick<Hidden, 'before'>
  index: ConditionIndex<Listener>
  memory: Shares
  log: Log
}

// The feed hands on faster than thousands of subscribers can be told where they are all busy. What
// they are behind by is dropped then, and each reads it again at its own pace.
const MAX_PENDING = 16_384

// Looking at the clock costs as much as an offer; so many of them take some tens of microseconds.
const SOME = 64

export async function openChannel(
  { feed, hidden, index, memory, log }: ChannelNeeds,
  tenantId: string,
): Promise<Channel> {
  const listeners = new Set<Listener>()
  const window = createWindow(memory)
  let pending: (readonly StoredRecord[])[] = []
  let count = 0
  // Nothing is given out before it is known where the feed was begun.
  let isRunning = true
  let isEnded = false
  let head: Place = ''
  let offering: Held | undefined
  /** The index may have found these by what they wanted before, or not have found them. */
  const changed = new Set<Listener>()
  /** Counts how often something was passed over: what was under way then is so, too. */
  let run = 0

  async function isHidden() {
    const before = await hidden.before(tenantId)
    return ({ receivedAt }: EventRecord) => before !== undefined && receivedAt < before
  }

  function take(stored: readonly StoredRecord[]) {
    pending.push(stored)
    count += stored.length
    if (count > MAX_PENDING) passOver()
    if (!isRunning) void deliverAll()
  }

  /** Drops what waits; every listener reads it from the feed. */
  function passOver() {
    const last = pending.at(-1)?.at(-1)
    run += 1
    pending = []
    count = 0
    offering = undefined
    if (last === undefined) return
    head = last
    window.restart(head)
    for (const listener of [...listeners]) listener.readAgain()
  }

  async function deliverAll() {
    isRunning = true
    const slice = sliceOf()
    while (pending.length > 0 && !isEnded) {
      try {
        await deliverNext(slice)
      } catch (error) {
        const { message: reason } = error as Error
        log.warn('live readers read again what could not be given to them', { tenantId, reason })
        passOver()
      }
    }
    isRunning = false
  }

  async function deliverNext(slice: Slice) {
    const current = run
    const isHiddenNow = await isHidden()
    const batch = pending[0] ?? []
    for (const stored of batch) {
      if (isOver(current)) return
      await deliver(stored, isHiddenNow, slice)
    }
    if (isOver(current)) return
    pending.shift()
    count -= batch.length
  }

  const isOver = (current: number) => run !== current || isEnded

  async function deliver(
    stored: StoredRecord,
    isHiddenNow: (record: EventRecord) => boolean,
    slice: Slice,
  ) {
    const current = run
    if (slice.isOver()) await slice.next()
    if (isOver(current)) return
    if (isHiddenNow(stored.record)) {
      head = stored
      return
    }
    const one = heldOf(stored)
    offering = one
    changed.clear()
    const found = await inSlices(index.matching(subjectOf(stored.record)), slice)
    if (isOver(current)) return
    // From here on, who has read up to an earlier place finds it in the window.
    head = stored
    window.add(one)
    let offers = 0
    for (const listeners of [found, changed]) {
      for (const listener of listeners) {
        offers += 1
        if (offers % SOME === 0 && slice.isOver()) {
          await slice.next()
          if (isOver(current)) return
        }
        listener.offer(one)
      }
    }
    offering = undefined
  }

  const following = await feed.follow(tenantId, take)
  head = following.from
  void deliverAll()
  return {
    listeners,
    window,
    head: () => head,
    offeringTo(listener) {
      if (offering !== undefined) changed.add(listener)
      return offering
    },
    isHidden,
    async [Symbol.asyncDispose]() {
      isEnded = true
      pending = []
      await following[Symbol.asyncDispose]()
    },
  }
}
