import { subjectOf } from '../../event/conditions'
import type { LiveFeed, LivePage, StoredRecord } from '../../platform/live-feed'
import { inTurns } from '../../syntax/steps'
import { frames } from '../subscribe-frames'
import { inParallel } from './in-parallel'
import type { Outbox } from './outbox'
import type { Subscriber, Subscribers } from './subscribers'

interface Needs {
  feed: Pick<LiveFeed, 'order'>
  outbox: Outbox
  /** Ends a subscription that nobody is at the other end of. Does not throw. */
  leave(subscriber: Subscriber): Promise<void>
}

interface Page {
  tenantId: string
  /** The page begins after this position. */
  from: string
  page: LivePage
  /** Events that arrived before this time are hidden. */
  hiddenBefore: string | undefined
  /** From then on, what is left is counted and not sent. */
  isLate(): boolean
}

/** An event with the position before it. */
interface Owed {
  stored: StoredRecord
  before: string
}

// API Gateway answers within some ten milliseconds: some thousand messages a second.
export const CONNECTIONS_AT_A_TIME = 64

/** Makes what gives subscribers what they want of a page: each in order, and many at a time. */
export function createGivePage({ feed, outbox, leave }: Needs) {
  /** Tells of what was lost. @returns false when it could not be told */
  async function tell(to: Subscriber): Promise<boolean> {
    if (to.lost === undefined) return true
    const sent = await outbox.send(to.connectionId, frames.lost(to.lost.count, to.lost.after))
    if (sent === 'gone') await leave(to)
    if (sent === 'sent') to.lost = undefined
    return sent === 'sent'
  }

  async function give(to: Subscriber, owed: readonly Owed[], isLate: () => boolean) {
    to.isStuck ||= isLate() || !(await tell(to))
    for (const [at, { stored, before }] of owed.entries()) {
      if (!to.isStuck) {
        const { connectionId, format } = to
        const sent = isLate()
          ? 'failed'
          : await outbox.give(connectionId, stored, { format, before })
        if (sent === 'gone') return leave(to)
        to.isStuck = sent === 'failed'
      }
      if (!to.isStuck) continue
      const count = owed.length - at
      to.lost = to.lost
        ? { ...to.lost, count: to.lost.count + count }
        : { count, after: before, tries: 0 }
      return
    }
  }

  async function resync(subscribers: Subscribers, { resync, next }: LivePage) {
    await inParallel(subscribers.all.values(), CONNECTIONS_AT_A_TIME, async (to) => {
      const sent = await outbox.send(to.connectionId, frames.resync(resync!, next))
      if (sent === 'gone') await leave(to)
      else if (sent === 'failed') to.lost ??= { count: 0, after: next, tries: 0 }
    })
  }

  /** Lists what each is owed of a page, those who did not take what came before at the end. */
  async function owedBy({ all, index }: Subscribers, { tenantId, from, page, hiddenBefore }: Page) {
    const first = new Map([[from, 0]])
    function firstAfter(floor: string): number {
      let place = first.get(floor)
      if (place === undefined) {
        place = page.items.findIndex((one) => feed.order(tenantId, one.position(), floor) > 0)
        if (place < 0) place = page.items.length
        first.set(floor, place)
      }
      return place
    }

    const owed = new Map<Subscriber, Owed[]>()
    for (const [at, stored] of page.items.entries()) {
      if (hiddenBefore !== undefined && stored.record.receivedAt < hiddenBefore) continue
      for (const id of await inTurns(index.matching(subjectOf(stored.record)))) {
        const to = all.get(id)
        if (to === undefined || at < firstAfter(to.floor)) continue
        const before = page.items[at - 1]?.position() ?? from
        const own = owed.get(to)
        if (own) own.push({ stored, before })
        else owed.set(to, [{ stored, before }])
      }
    }
    return [...owed].sort(([a], [b]) => Number(a.lost !== undefined) - Number(b.lost !== undefined))
  }

  return {
    tell,

    async givePage(subscribers: Subscribers, asked: Page): Promise<void> {
      const { tenantId, from, page, isLate } = asked
      if (page.resync !== undefined) await resync(subscribers, page)
      else {
        const owed = await owedBy(subscribers, asked)
        await inParallel(owed, CONNECTIONS_AT_A_TIME, ([to, own]) => give(to, own, isLate))
      }
      for (const to of subscribers.all.values()) {
        const isBehind = to.floor === from || feed.order(tenantId, to.floor, page.next) < 0
        if (isBehind) to.floor = page.next
      }
    },
  }
}
