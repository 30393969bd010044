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
import { createPass, LEASE_MS, type Progress } from './pass'
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
  /** Says how many ms the function has for what it does. Left out, as many as it takes. */
  leftMs?: (() => number) | undefined
  log: Log
}

export interface PostHow {
  /** If false, whatever another function is posting is left to it. */
  waits: boolean
}

/**
 * Posts to the connections of a tenant what its feed has that they want, in the order of the feed.
 * Never throws: what could not be posted is posted with what comes next, or with the next ping.
 */
export type Post = (tenantId: string, how?: PostHow) => Promise<void>

// Whoever posts has done so much sooner than the function that waits for it must have ended.
const WAIT_MS = LEASE_MS + 1000
const LONGEST_PAUSE_MS = 250
// The end of a pass notes how far it came: a message and two writes may be on their way then.
const RESERVE_MS = 3000
// Nothing is begun that has less time than this: to read a page, and to send some messages.
const LEAST_MS = 1000
// A table or a key store that fails for longer than these tries take, three seconds or so, is away.
const MAX_TRIES = 5
const FIRST_PAUSE_MS = 200

/**
 * Makes the posting end of subscriptions whose connections are held elsewhere. Several functions have
 * something new at once: one of them posts, in order, whatever is there; the others wait for it, so that
 * none of them is done before all that it brought was posted.
 */
export function createPosting(needs: PostingNeeds): Post {
  const { subscriptions, feed, clock, log, leftMs = () => Number.POSITIVE_INFINITY } = needs
  const remembered = rememberSubscribers(subscriptions)
  const pass = createPass({ ...needs, remembered, outbox: createOutbox(needs) })

  /** @returns undefined once another has posted all that was there, or is left to do so */
  async function leased(
    tenantId: string,
    { owner, until, waits }: PostHow & { owner: string; until: number },
  ): Promise<SubscriptionsState | undefined> {
    const last = Math.min(clock.monotonic() + WAIT_MS, until - LEAST_MS)
    let end: string | undefined
    while (clock.monotonic() < last) {
      const state = await subscriptions.lease(tenantId, owner, LEASE_MS)
      if (state !== undefined || !waits) return state
      end ??= await feed.end(tenantId)
      await wait(Math.random() * LONGEST_PAUSE_MS)
      const { posted } = (await subscriptions.state(tenantId)) ?? {}
      if (posted !== undefined && feed.order(tenantId, posted, end) >= 0) return undefined
    }
    log.warn('live events wait for another function to post them', { tenantId })
    return undefined
  }

  /** Tells whether there is nobody to post to, by who is there: counts may be wrong. */
  async function isInVain(tenantId: string): Promise<boolean> {
    const state = await subscriptions.state(tenantId)
    if (state === undefined) return true
    return remembered.isEmpty(tenantId, state.version)
  }

  return async function post(tenantId, { waits } = { waits: true }) {
    const until = clock.monotonic() + leftMs() - RESERVE_MS
    const owner = randomUUID()
    const progress: Progress = {}
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (await isInVain(tenantId)) return
        const state = await leased(tenantId, { owner, until, waits })
        if (state !== undefined) await pass({ tenantId, owner, state, until, progress })
        return
      } catch (error) {
        remembered.forget(tenantId)
        const fields = { tenantId, reason: (error as Error).message }
        const pause = Math.random() * FIRST_PAUSE_MS * 2 ** attempt
        if (attempt === MAX_TRIES || clock.monotonic() + pause + LEAST_MS > until) {
          return log.error('live events wait to be posted', fields)
        }
        log.warn('live events are posted in another try', fields)
        await wait(pause)
      }
    }
  }
}
