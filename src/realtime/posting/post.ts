import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { IsCurrent } from '../../access/recheck'
import type { Clock } from '../../platform/clock'
import type { Connections } from '../../platform/connections'
import type { LiveFeed } from '../../platform/live-feed'
import type { Subscriptions, SubscriptionsState } from '../../platform/subscriptions'
import type { Hidden } from '../../query/hidden'
import type { Log } from '../../telemetry/log'
import { createOutbox } from './outbox'
import { createPass, LEASE_MS } from './pass'
import { rememberSubscribers } from './subscribers'

export interface PostingNeeds {
  subscriptions: Subscriptions
  feed: Pick<LiveFeed, 'end' | 'read' | 'order'>
  connections: Connections
  /** A message has at most so many bytes. */
  maxMessageBytes: number
  isCurrent: IsCurrent
  hidden: Pick<Hidden, 'before'>
  clock: Pick<Clock, 'monotonic'>
  log: Log
}

/**
 * Posts to the connections of a tenant what its feed has that they want, in the order of the feed.
 * Never throws: what could not be posted is posted with what comes next.
 */
export type Post = (tenantId: string) => Promise<void>

// Whoever posts has done so much sooner than the function that waits for it must have ended.
const WAIT_MS = LEASE_MS + 5000
const LONGEST_PAUSE_MS = 250

/**
 * Makes the posting end of subscriptions whose connections are held elsewhere. Several functions have
 * something new at once: one of them posts, in order, whatever is there; the others wait for it, so that
 * none of them is done before all that it brought was posted.
 */
export function createPosting(needs: PostingNeeds): Post {
  const { subscriptions, feed, clock, log } = needs
  const remembered = rememberSubscribers(subscriptions)
  const pass = createPass({ ...needs, remembered, outbox: createOutbox(needs) })

  /** @returns undefined once another has posted all that was there */
  async function leased(tenantId: string, owner: string): Promise<SubscriptionsState | undefined> {
    const begun = clock.monotonic()
    let end: string | undefined
    while (clock.monotonic() - begun < WAIT_MS) {
      const state = await subscriptions.lease(tenantId, owner, LEASE_MS)
      if (state !== undefined) return state
      end ??= await feed.end(tenantId)
      await wait(Math.random() * LONGEST_PAUSE_MS)
      const { posted } = (await subscriptions.state(tenantId)) ?? {}
      if (posted !== undefined && feed.order(tenantId, posted, end) >= 0) return undefined
    }
    log.warn('live events wait for another function to post them', { tenantId })
    return undefined
  }

  return async function post(tenantId) {
    try {
      const { count = 0 } = (await subscriptions.state(tenantId)) ?? {}
      if (count <= 0) return
      const owner = randomUUID()
      const state = await leased(tenantId, owner)
      if (state !== undefined) await pass(tenantId, owner, state)
    } catch (error) {
      remembered.forget(tenantId)
      log.error('live events wait to be posted', { tenantId, reason: (error as Error).message })
    }
  }
}
