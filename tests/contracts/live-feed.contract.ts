import { describe, expect, it } from 'bun:test'
import { AppError } from '../../src/error/app-error'
import type { EventRecord } from '../../src/event/record'
import type { EventStore } from '../../src/platform/event-store'
import type { LiveFeed, StoredRecord } from '../../src/platform/live-feed'
import { aRecord } from '../support/records'

/** A store with the feed of what is stored. */
export interface FeedUnderTest extends AsyncDisposable {
  events: Pick<EventStore, 'append' | 'erase'>
  live: LiveFeed
  /** Resolves when what was stored before the call is in the feed, and followers have had it. */
  settle(): Promise<void>
}

export interface LiveFeedTraits {
  /** Whether each record comes once, in the order in which it was stored; else in some order, perhaps again. */
  isExact: boolean
}

/** What every feed for live readers promises. */
export function liveFeedContract(
  name: string,
  { isExact }: LiveFeedTraits,
  create: () => Promise<FeedUnderTest>,
) {
  const PAGE = { limit: 100, maxBytes: 1_000_000 }
  const some = (count: number, changes: Partial<EventRecord> = {}) =>
    Array.from({ length: count }, () => aRecord(changes))
  const idsOf = (items: readonly (EventRecord | StoredRecord)[]) =>
    items.map((item) => ('record' in item ? item.record : item).eventId)

  function expectIds(items: readonly StoredRecord[], wanted: readonly EventRecord[]) {
    const found = idsOf(items)
    if (isExact) expect(found).toEqual(idsOf(wanted))
    else expect([...new Set(found)].sort()).toEqual(idsOf(wanted).sort())
  }

  async function readAll(live: LiveFeed, tenantId: string, after: string, page = PAGE) {
    const items: StoredRecord[] = []
    const sizes: number[] = []
    for (let next = after; ; ) {
      const read = await live.read(tenantId, { ...page, after: next })
      expect(read.resync).toBeUndefined()
      items.push(...read.items)
      sizes.push(read.items.length)
      next = read.next
      if (read.isAll) return { items, sizes, next }
    }
  }

  const codeOf = (error: unknown) => (error instanceof AppError ? error.code : error)
  let tenants = 0
  /** A tenant that no other test has stored anything of. */
  function aTenant(): string {
    tenants += 1
    return `school-${tenants}`
  }

  describe(`${name} keeps the promises of the feed for live readers`, () => {
    it('gives what was stored after a position, whole, and nothing of before', async () => {
      await using feed = await create()
      const tenantId = aTenant()
      await feed.events.append(some(3, { tenantId }))
      await feed.settle()
      const end = await feed.live.end(tenantId)
      const stored = [
        ...some(4, { tenantId }),
        aRecord({ tenantId, kind: 'entity', type: 'Person' }),
      ]
      await feed.events.append(stored)
      await feed.settle()
      const { items } = await readAll(feed.live, tenantId, end)
      expectIds(items, stored)
      const byId = (id: string) => stored.find(({ eventId }) => eventId === id)
      for (const { record } of items) expect(record).toEqual(byId(record.eventId)!)
    })

    it('reads nothing at its end, and goes on from there', async () => {
      await using feed = await create()
      const tenantId = aTenant()
      const end = await feed.live.end(tenantId)
      const nothing = await feed.live.read(tenantId, { ...PAGE, after: end })
      expect(nothing).toMatchObject({ items: [], isAll: true })
      const stored = some(2, { tenantId })
      await feed.events.append(stored)
      await feed.settle()
      expectIds((await readAll(feed.live, tenantId, nothing.next)).items, stored)
    })

    it('gives pages of the size that was asked for', async () => {
      await using feed = await create()
      const tenantId = aTenant()
      const end = await feed.live.end(tenantId)
      const stored = some(25, { tenantId })
      for (let at = 0; at < 25; at += 5) await feed.events.append(stored.slice(at, at + 5))
      await feed.settle()
      const { items, sizes } = await readAll(feed.live, tenantId, end, { ...PAGE, limit: 10 })
      expectIds(items, stored)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(10)
      const large = some(5, { tenantId, raw: JSON.stringify({ text: 'x'.repeat(1000) }) })
      const later = await feed.live.end(tenantId)
      await feed.events.append(large)
      await feed.settle()
      const bound = await readAll(feed.live, tenantId, later, { limit: 100, maxBytes: 2500 })
      expectIds(bound.items, large)
      expect(Math.max(...bound.sizes)).toBe(2)
      const tight = await readAll(feed.live, tenantId, later, { limit: 100, maxBytes: 1 })
      expectIds(tight.items, large)
    })

    it('goes on behind each record, by the position of it', async () => {
      await using feed = await create()
      const tenantId = aTenant()
      const end = await feed.live.end(tenantId)
      await feed.events.append(some(6, { tenantId }))
      await feed.settle()
      const { items } = await readAll(feed.live, tenantId, end)
      for (const [at, item] of items.entries()) {
        const rest = await readAll(feed.live, tenantId, item.position())
        expect(idsOf(rest.items)).toEqual(idsOf(items.slice(at + 1)))
      }
    })

    it('orders positions as it gives records', async () => {
      await using feed = await create()
      const tenantId = aTenant()
      const end = await feed.live.end(tenantId)
      await feed.events.append(some(4, { tenantId }))
      await feed.settle()
      const { items, next } = await readAll(feed.live, tenantId, end)
      const positions = [end, ...items.map((item) => item.position())]
      for (const [at, one] of positions.entries()) {
        for (const [place, other] of positions.entries()) {
          expect(Math.sign(feed.live.order(tenantId, one, other))).toBe(Math.sign(at - place))
        }
      }
      expect(feed.live.order(tenantId, positions.at(-1)!, next)).toBeLessThanOrEqual(0)
    })

    it('keeps tenants apart, and takes no position of another', async () => {
      await using feed = await create()
      const [tenantId, other] = [aTenant(), aTenant()]
      const end = await feed.live.end(tenantId)
      const own = some(3, { tenantId })
      const ends = await feed.live.end(other)
      await feed.events.append([...some(3, { tenantId: other }), ...own])
      await feed.settle()
      expectIds((await readAll(feed.live, tenantId, end)).items, own)
      const tokens = [ends, '', 'x', `${end}x`, end.slice(1), end.replace('.', ''), 'MTI.kXv3']
      for (const after of tokens) {
        const read = feed.live.read(tenantId, { ...PAGE, after })
        expect(codeOf(await read.catch((error) => error))).toBe('invalid_cursor')
        expect(() => feed.live.order(tenantId, end, after)).toThrow(AppError)
        expect(() => feed.live.order(tenantId, after, end)).toThrow(AppError)
      }
    })

    it('is followed from a position on, by each for itself', async () => {
      await using feed = await create()
      const [tenantId, other] = [aTenant(), aTenant()]
      await feed.events.append(some(2, { tenantId }))
      await feed.settle()
      const got: StoredRecord[] = []
      const late: StoredRecord[] = []
      await using following = await feed.live.follow(tenantId, (some) => void got.push(...some))
      const first = some(3, { tenantId })
      await feed.events.append([...first, ...some(2, { tenantId: other })])
      await feed.settle()
      await using second = await feed.live.follow(tenantId, (some) => void late.push(...some))
      const then = some(3, { tenantId })
      await feed.events.append(then)
      await feed.settle()
      expectIds(got, [...first, ...then])
      expectIds(late, then)
      const read = await readAll(feed.live, tenantId, following.from)
      expect(read.items.map((item) => item.position())).toEqual(got.map((item) => item.position()))
      expect(feed.live.order(tenantId, second.from, late[0]!.position())).toBeLessThan(0)
    })

    it('tells nothing to who follows no more', async () => {
      await using feed = await create()
      const tenantId = aTenant()
      const got: StoredRecord[] = []
      const following = await feed.live.follow(tenantId, (some) => void got.push(...some))
      await following[Symbol.asyncDispose]()
      await following[Symbol.asyncDispose]()
      await feed.events.append(some(3, { tenantId }))
      await feed.settle()
      expect(got).toEqual([])
    })

    it('does not give out what was erased', async () => {
      await using feed = await create()
      const tenantId = aTenant()
      const end = await feed.live.end(tenantId)
      const actorId = 'https://example.edu/users/erased'
      const [one, other] = [aRecord({ tenantId, actorId }), aRecord({ tenantId })]
      await feed.events.append([one, other])
      await feed.settle()
      for (let cursor: string | undefined, isDone = false; !isDone; isDone = cursor === undefined) {
        ;({ nextCursor: cursor } = await feed.events.erase(tenantId, {
          actorIds: [actorId],
          cursor,
        }))
      }
      expectIds((await readAll(feed.live, tenantId, end)).items, [other])
    })
  })
}
