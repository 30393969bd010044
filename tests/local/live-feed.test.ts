import { describe, expect, it } from 'bun:test'
import { liveFeedContract } from '../contracts/live-feed.contract'
import { temporaryFolder } from '../support/folders'
import { openFeed } from '../support/local-feed'
import { aRecord } from '../support/records'

liveFeedContract('The log', { isExact: true }, async () => {
  const folder = temporaryFolder()
  const feed = openFeed(folder.path)
  return {
    ...feed,
    async [Symbol.asyncDispose]() {
      await feed[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
})

const PAGE = { limit: 100, maxBytes: 1_000_000 }
const DAY_MS = 24 * 60 * 60 * 1000

describe('the feed of one machine', () => {
  it('goes on after a restart', async () => {
    using folder = temporaryFolder()
    let end: string
    {
      await using feed = openFeed(folder.path)
      end = await feed.live.end('default')
      await feed.events.append([aRecord({ eventId: 'one' })])
    }
    await using feed = openFeed(folder.path)
    await feed.events.append([aRecord({ eventId: 'two' })])
    const { items } = await feed.live.read('default', { ...PAGE, after: end })
    expect(items.map(({ record }) => record.eventId)).toEqual(['one', 'two'])
  })

  it('takes the places of arrivals, and gives them', async () => {
    using folder = temporaryFolder()
    await using feed = openFeed(folder.path)
    const { next } = await feed.events.arrivals!('default', {}, { limit: 1 })
    await feed.events.append([aRecord({ eventId: 'one' }), aRecord({ eventId: 'two' })])
    const { items } = await feed.live.read('default', { ...PAGE, after: next })
    const after = items[0]!.position()
    const later = await feed.events.arrivals!('default', {}, { limit: 1, after })
    expect(later.items.map(({ eventId }) => eventId)).toEqual(['two'])
  })

  it('says where it goes on when what came next has gone with its generation', async () => {
    using folder = temporaryFolder()
    let now = new Date('2026-11-15T12:00:00.000Z')
    await using feed = openFeed(folder.path, () => now)
    const end = await feed.live.end('default')
    await feed.events.append([aRecord({ receivedAt: now.toISOString() })])
    now = new Date(now.getTime() + 2 * DAY_MS)
    await feed.events.append([aRecord({ eventId: 'new', receivedAt: now.toISOString() })])
    expect(await feed.events.expire(now)).toEqual({ dropped: 1 })
    const page = await feed.live.read('default', { ...PAGE, after: end })
    expect(page).toMatchObject({ items: [], resync: 'gone', isAll: false })
    const { items } = await feed.live.read('default', { ...PAGE, after: page.next })
    expect(items.map(({ record }) => record.eventId)).toEqual(['new'])
  })

  it('says so where it comes upon what has expired and is still there', async () => {
    using folder = temporaryFolder()
    let now = new Date('2026-11-15T12:00:00.000Z')
    await using feed = openFeed(folder.path, () => now)
    const end = await feed.live.end('default')
    const expiresAt = new Date(now.getTime() + 1000).toISOString()
    const ids = (id: string, expires: boolean) =>
      aRecord({ eventId: id, receivedAt: now.toISOString(), ...(expires && { expiresAt }) })
    await feed.events.append([ids('a', false), ids('b', true), ids('c', true), ids('d', false)])
    now = new Date(now.getTime() + 2000)
    const first = await feed.live.read('default', { ...PAGE, after: end })
    expect(first.items.map(({ record }) => record.eventId)).toEqual(['a'])
    const second = await feed.live.read('default', { ...PAGE, after: first.next })
    expect(second).toMatchObject({ items: [], resync: 'gone', isAll: false })
    const third = await feed.live.read('default', { ...PAGE, after: second.next })
    expect(third.items.map(({ record }) => record.eventId)).toEqual(['d'])
    expect(third).toMatchObject({ isAll: true })
  })

  it('says so when it has never been so far, and goes on at its end', async () => {
    using folder = temporaryFolder()
    using earlier = temporaryFolder()
    let after: string
    {
      await using feed = openFeed(folder.path)
      await feed.events.append([aRecord(), aRecord()])
      after = await feed.live.end('default')
    }
    await using feed = openFeed(earlier.path)
    const page = await feed.live.read('default', { ...PAGE, after })
    expect(page).toMatchObject({ items: [], resync: 'ahead', isAll: true })
    await feed.events.append([aRecord({ eventId: 'new' })])
    const { items } = await feed.live.read('default', { ...PAGE, after: page.next })
    expect(items.map(({ record }) => record.eventId)).toEqual(['new'])
  })

  it('knows a position of a history that was lost, also once it has grown beyond it', async () => {
    using folder = temporaryFolder()
    using earlier = temporaryFolder()
    const behind: string[] = []
    {
      await using feed = openFeed(folder.path)
      const end = await feed.live.end('default')
      await feed.events.append([aRecord(), aRecord()])
      const { items, next } = await feed.live.read('default', { ...PAGE, after: end })
      behind.push(...items.map((item) => item.position()), next)
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
    await using feed = openFeed(earlier.path)
    await feed.events.append([aRecord(), aRecord(), aRecord()])
    const now = await feed.live.end('default')
    for (const after of behind) {
      const page = await feed.live.read('default', { ...PAGE, after })
      expect(page).toEqual({ items: [], resync: 'ahead', isAll: true, next: now })
    }
  })

  it('finds the few events of a tenant among many of others', async () => {
    using folder = temporaryFolder()
    await using feed = openFeed(folder.path)
    const tenantId = 'rare'
    const end = await feed.live.end(tenantId)
    const own = Array.from({ length: 40 }, () => aRecord({ tenantId }))
    const others = (count: number) => Array.from({ length: count }, () => aRecord())
    for (const [at, record] of own.entries()) {
      await feed.events.append([...others(at * 3), record, ...others(at % 7)])
    }
    const ids = own.map(({ eventId }) => eventId)
    const { items } = await feed.live.read(tenantId, { ...PAGE, after: end })
    expect(items.map(({ record }) => record.eventId)).toEqual(ids)
    for (const [at, item] of items.entries()) {
      const page = await feed.live.read(tenantId, { ...PAGE, after: item.position() })
      expect(page.items.map(({ record }) => record.eventId)).toEqual(ids.slice(at + 1))
    }
  })

  it('goes on over the gap between generations', async () => {
    using folder = temporaryFolder()
    let now = new Date('2026-11-15T12:00:00.000Z')
    await using feed = openFeed(folder.path, () => now)
    const end = await feed.live.end('default')
    const got: string[] = []
    await using _ = await feed.live.follow('default', (some) => {
      got.push(...some.map(({ record }) => record.eventId))
    })
    for (const eventId of ['a', 'b', 'c']) {
      now = new Date(now.getTime() + 2 * DAY_MS)
      const expiresAt = new Date(now.getTime() + 100 * DAY_MS).toISOString()
      await feed.events.append([aRecord({ eventId, expiresAt })])
    }
    await feed.settle()
    expect(feed.events.log.newestFirst().length).toBeGreaterThan(2)
    const { items } = await feed.live.read('default', { ...PAGE, after: end })
    expect(items.map(({ record }) => record.eventId)).toEqual(['a', 'b', 'c'])
    expect(got).toEqual(['a', 'b', 'c'])
  })

  it('never tells within the call that stores', async () => {
    using folder = temporaryFolder()
    await using feed = openFeed(folder.path)
    const order: string[] = []
    await using _ = await feed.live.follow('default', () => void order.push('told'))
    await feed.events.append([aRecord()])
    order.push('answered')
    await feed.settle()
    expect(order).toEqual(['answered', 'told'])
  })
})
