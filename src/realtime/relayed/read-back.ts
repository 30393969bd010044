import { subjectOf, wantedBy } from '../../event/conditions'
import type { Clock } from '../../platform/clock'
import type { Connections } from '../../platform/connections'
import type { LiveFeed } from '../../platform/live-feed'
import type { HeldSubscription, Subscriptions } from '../../platform/subscriptions'
import type { Hidden } from '../../query/hidden'
import type { Outbox } from '../posting/outbox'
import { frames } from '../subscribe-frames'

interface Needs {
  subscriptions: Pick<Subscriptions, 'get'>
  feed: Pick<LiveFeed, 'read'>
  connections: Pick<Connections, 'send'>
  outbox: Outbox
  hidden: Pick<Hidden, 'before'>
  clock: Pick<Clock, 'monotonic'>
}

/** Who could not be given everything goes on after a position, by itself or as another connection. */
export interface ReadBack {
  after: string
  outcome: 'all' | 'ended' | 'unfinished'
}

// A function has 29 seconds for a message: what API Gateway waits for.
const READ_MS = 18_000
const PAGE = { limit: 200, maxBytes: 2 * 1024 * 1024 }

/** Makes what gives a new subscriber what was stored since a position, as far as it gets. */
export function createReadBack(needs: Needs) {
  const { subscriptions, feed, outbox, hidden, clock } = needs

  return async function readBack(
    tenantId: string,
    connectionId: string,
    from: string,
  ): Promise<ReadBack> {
    const begun = clock.monotonic()
    const isLate = () => clock.monotonic() - begun > READ_MS
    let after = from

    /** @returns false when it was not sent */
    async function give(
      to: HeldSubscription,
      items: Awaited<ReturnType<typeof feed.read>>['items'],
    ) {
      const wants = wantedBy(to.condition)
      const hiddenBefore = await hidden.before(tenantId)
      for (const stored of items) {
        const { record } = stored
        const isHidden = hiddenBefore !== undefined && record.receivedAt < hiddenBefore
        if (!isHidden && wants(subjectOf(record))) {
          const how = { format: to.format, before: after }
          const sent = isLate() ? 'failed' : await outbox.give(connectionId, stored, how)
          if (sent !== 'sent') return sent
        }
        after = stored.position()
      }
      return 'sent'
    }

    for (;;) {
      const page = await feed.read(tenantId, { after, ...PAGE })
      // It may want something else by now, or have ended.
      const to = await subscriptions.get(tenantId, connectionId)
      if (to === undefined) return { after, outcome: 'ended' }
      const sent =
        page.resync === undefined
          ? await give(to, page.items)
          : await outbox.send(connectionId, frames.resync(page.resync, page.next))
      if (sent === 'gone') return { after, outcome: 'ended' }
      if (sent === 'failed') return { after, outcome: 'unfinished' }
      after = page.next
      if (page.isAll && page.resync === undefined) return { after, outcome: 'all' }
      if (isLate()) return { after, outcome: 'unfinished' }
    }
  }
}
