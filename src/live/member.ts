import type { Condition } from '../event/condition'
import { type ConditionIndex, type Matches, subjectOf, wantedBy } from '../event/conditions'
import type { EventRecord } from '../event/record'
import type { Principal } from '../identity/principal'
import type { LiveFeed, StoredRecord } from '../platform/live-feed'
import type { Log } from '../telemetry/log'
import type { Channel, Listener } from './channel'
import type { Held } from './held'
import type { Sink } from './live'
import { createQueue } from './queue'
import { type Reader, readUp } from './read-up'
import type { Shares } from './shares'
import type { Slots } from './slots'
import { positionOf } from './window'

export interface MemberNeeds {
  feed: LiveFeed
  index: ConditionIndex<Listener>
  memory: Shares
  slots: Slots
  log: Log
  /** Is told how many more records wait, or fewer. */
  count(change: number): void
  /** The member is to be forgotten. */
  leave(): void
}

interface Asked {
  principal: Principal
  condition: Condition | undefined
  from: string
  /** If true, `from` is the end of the feed as it was a moment ago. */
  isNew: boolean
  sink: Sink
  channel: Channel
}

/** A member is a subscriber as the hub has it. */
export interface Member extends Listener {
  readonly principal: Principal
  /** Begins to give records. */
  start(): void
  update(condition: Condition | undefined): void
  ready(): void
  /** Ends it, with a word to the sink or without one. */
  end(reason?: Parameters<Sink['end']>[0]): void
}

/**
 * A member that reads is given records from the feed until the window of its channel has what
 * follows. A live one is offered them by the channel, and queues what its sink does not take. A
 * member that rests reads on once its sink takes records again.
 */
type Phase = 'resting' | 'reading' | 'live' | 'ended'

export function createMember(needs: MemberNeeds, asked: Asked): Member {
  const { feed, index, memory, slots, log, count, leave } = needs
  const { principal, sink, channel } = asked
  const { tenantId } = principal
  const queue = createQueue(memory, count)
  let phase: Phase = 'resting'
  let isStarted = false
  let isOpen = false
  let isFlushing = false
  let lost = 0
  /** It has had everything up to here. */
  let reached = asked.from
  /** The number of what it was offered last, which comes twice where it has just begun. */
  let offered = 0
  /** The record that is offered now is matched by the index with what was its condition before. */
  let doubtful: object | undefined
  /** It has read whatever the channel offers up to here. */
  let readTo: string | undefined

  let { condition } = asked
  /** Its own condition is asked while it reads; for a live one the index is. */
  let wants: Matches | undefined

  const member: Member = {
    principal,
    start() {
      isStarted = true
      ready()
    },
    offer,
    readAgain,
    end,

    update(changed) {
      if (phase === 'ended') return
      condition = changed
      wants = undefined
      doubtful = channel.offeringTo(member)
      index.set(member, tenantId, condition)
      queue.retain(isWanted)
    },

    ready,
  }
  const reader: Reader = {
    after: () => reached,
    goesOn: () => phase === 'reading' && isOpen,
    passed,

    take(stored) {
      reached = stored.position()
      if (isWanted({ stored })) give(stored)
      return isOpen
    },

    resync(reason, position) {
      reached = position
      safely(() => sink.resync(reason, position))
    },
  }

  function ready() {
    // Whatever its sink says, nothing is given before it is known that it may have it.
    if (!isStarted) return
    isOpen = true
    flush()
  }

  function isWanted({ stored }: Pick<Held, 'stored'>): boolean {
    wants ??= wantedBy(condition)
    return wants(subjectOf(stored.record))
  }

  /** A sink that throws is the end of its own subscription only. */
  function safely(tell: () => void) {
    try {
      tell()
    } catch (error) {
      fail(error)
    }
  }

  function fail(error: unknown) {
    log.error('a live reader failed', { tenantId, reason: (error as Error).message })
    end()
  }

  function give(stored: StoredRecord) {
    if (phase === 'ended') return
    reached = stored.position()
    // There is no function for each of millions of deliveries.
    try {
      isOpen = sink.take(stored)
    } catch (error) {
      fail(error)
    }
  }

  function offer(one: Held) {
    if (phase !== 'live' || offered === one.number) return
    if (readTo !== undefined) {
      if (feed.order(tenantId, one.stored.position(), readTo) <= 0) return
      readTo = undefined
    }
    offered = one.number
    if (doubtful === one && !isWanted(one)) return
    if (isOpen && queue.size === 0) {
      tellLost()
      give(one.stored)
    } else if (lost > 0 || !queue.add(one)) overflow()
  }

  function overflow() {
    if (sink.lost !== undefined) lost += 1
    else rest()
  }

  function rest() {
    queue.retain(() => false)
    // It reads what was lost as well, since that comes after what the sink took last.
    lost = 0
    phase = 'resting'
  }

  function readAgain() {
    if (phase !== 'live') return
    rest()
    flush()
  }

  /** Gives what waits, as far as the sink takes it. */
  function flush() {
    if (isFlushing || !isOpen || phase === 'ended') return
    if (queue.size === 0) return goOn()
    isFlushing = true
    channel
      .isHidden()
      .then(flushQueue, readAgain)
      .finally(() => {
        isFlushing = false
        goOn()
      })
  }

  function flushQueue(isHidden: (record: EventRecord) => boolean) {
    while (isOpen && phase === 'live') {
      const next = queue.shift()
      if (next === undefined) return
      if (!isHidden(next.stored.record)) give(next.stored)
    }
  }

  function goOn() {
    if (!isOpen) return
    if (phase === 'live' && queue.size === 0) tellLost()
    if (phase === 'resting') void read()
  }

  /** Tells what was lost, before anything is given that comes after it. */
  function tellLost() {
    if (lost === 0) return
    const missed = lost
    lost = 0
    safely(() => sink.lost?.(missed, reached))
  }

  async function read() {
    phase = 'reading'
    const close = channel.window.open(channel.head())
    try {
      await readUp({ tenantId, feed, channel, slots }, reader)
    } catch (error) {
      log.error('a live reader is ended', { tenantId, reason: (error as Error).message })
      end('failed')
    } finally {
      close()
      wants = undefined
    }
    if (phase !== 'reading') return
    phase = 'resting'
    // The sink may have taken records again meanwhile.
    goOn()
  }

  function passed(position: string, isAll: boolean): boolean {
    reached = position
    const { start, records } = channel.window
    if (!isAll || feed.order(tenantId, positionOf(start()), position) > 0) return false
    phase = 'live'
    const held = records()
    const first = firstOf(
      held,
      ({ stored }) => feed.order(tenantId, stored.position(), position) > 0,
    )
    readTo = first === held.length ? position : undefined
    for (const one of held.slice(first)) if (isWanted(one)) offer(one)
    return true
  }

  function end(reason?: Parameters<Sink['end']>[0]) {
    if (phase === 'ended') return
    phase = 'ended'
    queue.retain(() => false)
    channel.listeners.delete(member)
    // It may be the index that has just found it.
    queueMicrotask(() => index.delete(member))
    leave()
    if (reason !== undefined) safely(() => sink.end(reason))
  }

  // Whatever comes after the end is still to be offered, and need not be read.
  if (asked.isNew && feed.order(tenantId, positionOf(channel.head()), asked.from) <= 0) {
    phase = 'live'
    readTo = asked.from
  }
  channel.listeners.add(member)
  index.set(member, tenantId, condition)
  return member
}

/** Finds the first for which `isBehind` holds, in a list in which all that follow are, too. */
function firstOf<T>(all: readonly T[], isBehind: (one: T) => boolean): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBehind(all[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
