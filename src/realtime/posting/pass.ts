import type { IsCurrent } from '../../access/recheck'
import type { Clock } from '../../platform/clock'
import type { Connections } from '../../platform/connections'
import type { LiveFeed } from '../../platform/live-feed'
import type { Subscriptions, SubscriptionsState } from '../../platform/subscriptions'
import type { Hidden } from '../../query/hidden'
import { closes, frames } from '../subscribe-frames'
import { CONNECTIONS_AT_A_TIME, createGivePage } from './give-page'
import { inParallel } from './in-parallel'
import type { Outbox } from './outbox'
import type { RememberedSubscribers, Subscriber, Subscribers } from './subscribers'

interface Needs {
  subscriptions: Subscriptions
  feed: Pick<LiveFeed, 'read' | 'order'>
  connections: Pick<Connections, 'close'>
  outbox: Outbox
  remembered: RememberedSubscribers
  isCurrent: IsCurrent
  hidden: Pick<Hidden, 'before'>
  clock: Pick<Clock, 'monotonic'>
}

/** Whoever posts renews its lease with each page, which takes less than this. */
export const LEASE_MS = 20_000

// A function has a minute for its batch. What takes longer than this is counted, and its reader told
// from where to read it; and after the second, the rest is left to who comes next.
const SEND_MS = 8000
const COUNT_MS = 20_000
// Each try waits for a connection that takes nothing, and with it whatever is stored meanwhile.
const MAX_TRIES = 5

const PAGE = { limit: 500, maxBytes: 4 * 1024 * 1024 }

/** A pass that is tried again goes on with what the one before it had come to. */
export interface Progress {
  subscribers?: Subscribers
  posted?: string | undefined
}

interface Leased {
  tenantId: string
  owner: string
  state: SubscriptionsState
  /** The pass ends by then, by the monotonic clock. */
  until: number
  /** It is changed as the pass goes on. */
  progress: Progress
}

/** Makes what posts to a tenant's connections until it has come to the end of the feed. */
export function createPass(needs: Needs) {
  const { subscriptions, feed, connections, outbox, remembered, isCurrent, hidden, clock } = needs

  async function end(tenantId: string, { all, index }: Subscribers, id: string) {
    all.delete(id)
    index.delete(id)
    // Who is left behind is found to be gone the next time, or expires.
    await subscriptions.remove(tenantId, id).catch(() => {})
  }

  async function cut(tenantId: string, subscribers: Subscribers, id: string) {
    await connections.close(id).catch(() => {})
    await end(tenantId, subscribers, id)
  }

  /** Ends those whose key or token no longer holds. */
  async function endRevoked(tenantId: string, subscribers: Subscribers) {
    const keys = Map.groupBy(subscribers.all.values(), ({ principal, connectionId }) => {
      // A token is one of its own, with an end of its own.
      return principal.expiresAt === undefined ? (principal.hash ?? connectionId) : connectionId
    })
    for (const those of keys.values()) {
      // Where nobody can tell now, nobody is cut off.
      const isGood = await isCurrent(those[0]!.principal, 'events:read').catch(() => true)
      if (isGood) continue
      const { reason } = closes.revoked
      const text = frames.error({ message: reason, code: 'unauthenticated' })
      await inParallel(those, CONNECTIONS_AT_A_TIME, async ({ connectionId }) => {
        await outbox.send(connectionId, text)
        await cut(tenantId, subscribers, connectionId)
      })
    }
  }

  /** Reads who is subscribed. @param before those of this pass so far */
  async function current({ tenantId, state }: Leased, version: number, before?: Subscribers) {
    const read = await remembered.at(tenantId, version)
    const { posted } = state
    for (const one of read.all.values()) {
      const known = before?.all.get(one.connectionId)
      if (known !== undefined) one.floor = known.floor
      // A loss that was written down may have been told of meanwhile; of another nobody else knows.
      if (known !== undefined && known.lost !== known.noted) one.lost = known.lost
      // Between two tries another function may have posted.
      const isOlder =
        posted !== undefined && known !== undefined && feed.order(tenantId, known.floor, posted) < 0
      if (one.stage === 'caught-up' && (known === undefined || isOlder))
        one.floor = posted ?? one.after
      one.isStuck = known?.isStuck ?? false
    }
    await endRevoked(tenantId, read)
    return read
  }

  /** Finds the first position behind which somebody is owed something. */
  function first(tenantId: string, { all }: Subscribers): string | undefined {
    const floors = [...new Set([...all.values()].map(({ floor }) => floor))]
    return floors.sort((a, b) => feed.order(tenantId, a, b))[0]
  }

  /** Notes who has caught up, and tells or notes what was lost. */
  async function settle(
    tenantId: string,
    subscribers: Subscribers,
    { posted, isOver }: { posted: string | undefined; isOver(): boolean },
  ) {
    const leave = (to: Subscriber) => end(tenantId, subscribers, to.connectionId)
    const { tell } = createGivePage({ feed, outbox, leave })
    const failures: unknown[] = []
    await inParallel(subscribers.all.values(), CONNECTIONS_AT_A_TIME, async (to) => {
      const { connectionId } = to
      try {
        if (to.lost !== undefined && !isOver() && !(await tell(to)) && to.lost !== undefined) {
          to.lost = { ...to.lost, tries: to.lost.tries + 1 }
          if (to.lost.tries >= MAX_TRIES) return await cut(tenantId, subscribers, connectionId)
        }
        const hasAll = posted !== undefined && feed.order(tenantId, to.floor, posted) >= 0
        if (to.stage === 'joined' && hasAll) {
          await subscriptions.settle(tenantId, connectionId)
          to.stage = 'caught-up'
        }
        if (to.lost !== to.noted) await subscriptions.lose(tenantId, connectionId, to.lost)
        to.noted = to.lost
      } catch (error) {
        failures.push(error)
      }
    })
    if (failures.length > 0) throw failures[0]
  }

  async function postAll(leased: Leased): Promise<void> {
    const { tenantId, owner, state, until, progress } = leased
    const begun = clock.monotonic()
    const isAfter = (ms: number) => clock.monotonic() > Math.min(begun + ms, until)
    let subscribers = await current(leased, state.version, progress.subscribers)
    progress.subscribers = subscribers
    progress.posted = furthest(tenantId, state.posted, progress.posted)
    let from = first(tenantId, subscribers)
    while (from !== undefined && !isAfter(COUNT_MS)) {
      const page = await feed.read(tenantId, { after: from, ...PAGE })
      // Whoever subscribed before something of this page was stored is among them from here on.
      const { version } = (await subscriptions.state(tenantId)) ?? state
      if (version !== subscribers.version) {
        subscribers = await current(leased, version, subscribers)
        progress.subscribers = subscribers
        const again = first(tenantId, subscribers)
        if (again === undefined || feed.order(tenantId, again, from) < 0) {
          from = again
          continue
        }
      }
      const leave = (to: Subscriber) => end(tenantId, subscribers, to.connectionId)
      const hiddenBefore = await hidden.before(tenantId)
      const isLate = () => isAfter(SEND_MS)
      const asked = { tenantId, from, page, hiddenBefore, isLate }
      await createGivePage({ feed, outbox, leave }).givePage(subscribers, asked)
      progress.posted = furthest(tenantId, page.next, progress.posted)
      if (page.isAll && page.resync === undefined) break
      from = page.next
      if (!(await subscriptions.advance(tenantId, owner, toBeNoted(progress), LEASE_MS))) {
        throw new Error('another function posts them by now')
      }
    }
    const { posted } = progress
    await settle(tenantId, subscribers, { posted, isOver: () => isAfter(COUNT_MS) })
    // Whoever posts next may bring them further: what is remembered here of them would be old.
    const isLeft = [...subscribers.all.values()].some(({ stage }) => stage === 'joined')
    if (isLeft) remembered.forget(tenantId)
  }

  function furthest(tenantId: string, a: string | undefined, b: string | undefined) {
    if (a === undefined || b === undefined) return a ?? b
    return feed.order(tenantId, a, b) < 0 ? b : a
  }

  return async function pass(leased: Leased): Promise<void> {
    const { tenantId, owner, progress } = leased
    try {
      await postAll(leased)
    } finally {
      await subscriptions.advance(tenantId, owner, toBeNoted(progress), 0)
    }
  }
}

/** Returns to where was posted, if all that was lost is written down: nobody else knows of it. */
function toBeNoted({ subscribers, posted }: Progress): string | undefined {
  const all = [...(subscribers?.all.values() ?? [])]
  return all.every(({ lost, noted }) => lost === noted) ? posted : undefined
}
