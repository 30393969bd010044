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
const COUNT_MS = 25_000

const PAGE = { limit: 500, maxBytes: 4 * 1024 * 1024 }

type Leased = { tenantId: string; owner: string; state: SubscriptionsState }

/** Makes what posts to a tenant's connections until it has come to the end of the feed. */
export function createPass(needs: Needs) {
  const { subscriptions, feed, connections, outbox, remembered, isCurrent, hidden, clock } = needs

  async function end(tenantId: string, { all, index }: Subscribers, id: string) {
    all.delete(id)
    index.delete(id)
    // Who is left behind is found to be gone the next time, or expires.
    await subscriptions.remove(tenantId, id).catch(() => {})
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
        await connections.close(connectionId).catch(() => {})
        await end(tenantId, subscribers, connectionId)
      })
    }
  }

  /** Reads who is subscribed. @param before those of this pass so far */
  async function current({ tenantId, state }: Leased, version: number, before?: Subscribers) {
    const read = await remembered.at(tenantId, version)
    for (const one of read.all.values()) {
      const known = before?.all.get(one.connectionId)
      if (known !== undefined) Object.assign(one, { floor: known.floor, lost: known.lost })
      else if (one.stage === 'caught-up') one.floor = state.posted ?? one.after
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
        if (to.lost !== undefined && !isOver()) await tell(to)
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

  async function postAll(leased: Leased): Promise<string | undefined> {
    const { tenantId, owner, state } = leased
    const begun = clock.monotonic()
    const isAfter = (ms: number) => clock.monotonic() - begun > ms
    let subscribers = await current(leased, state.version)
    let from = first(tenantId, subscribers)
    let posted = state.posted
    while (from !== undefined && !isAfter(COUNT_MS)) {
      const page = await feed.read(tenantId, { after: from, ...PAGE })
      // Whoever subscribed before something of this page was stored is among them from here on.
      const { version } = (await subscriptions.state(tenantId)) ?? state
      if (version !== subscribers.version) {
        subscribers = await current(leased, version, subscribers)
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
      if (posted === undefined || feed.order(tenantId, posted, page.next) < 0) posted = page.next
      if (page.isAll && page.resync === undefined) break
      from = page.next
      // What is not written down yet would be lost without a word if this function died.
      const isWritten = [...subscribers.all.values()].every(({ lost, noted }) => lost === noted)
      const to = isWritten ? posted : undefined
      if (!(await subscriptions.advance(tenantId, owner, to, LEASE_MS))) {
        throw new Error('another function posts them by now')
      }
    }
    await settle(tenantId, subscribers, { posted, isOver: () => isAfter(COUNT_MS) })
    return posted
  }

  return async function pass(tenantId: string, owner: string, state: SubscriptionsState) {
    let posted: string | undefined
    try {
      posted = await postAll({ tenantId, owner, state })
    } finally {
      await subscriptions.advance(tenantId, owner, posted, 0)
    }
  }
}
