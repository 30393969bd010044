import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { AppError } from '../../../src/error/app-error'
import type { EventRecord } from '../../../src/event/record'
import { positionsOf } from '../../../src/platform/aws/live/place'
import type { StoredRecord } from '../../../src/platform/live-feed'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'
import { openLiveParts } from '../../support/aws/live'
import { aRunningClock } from '../../support/clock'
import { aBatch, aRecord } from '../../support/records'

setDefaultTimeout(120_000) // the emulated tables answer sixty writes a second on a busy machine

const HOUR_MS = 60 * 60 * 1000
const TENANT = 'school'
const all = { limit: 1000, maxBytes: 8 * 1024 * 1024 }

async function open(plan: (command: string, nth: number) => Fault | undefined = () => undefined) {
  const client = await aDynamoDbClient()
  const clock = aRunningClock()
  const tables = {
    eventsTable: await freshTable(client, 'events'),
    liveTable: await freshTable(client, 'live'),
  }
  const parts = await openLiveParts({ client, clock, ...tables })
  const faulty = withFaults(await aDynamoDbClient(), plan)
  const failing = await openLiveParts({ client: faulty, clock, ...tables })
  let batches = 0

  /** Stores events, and lets a consumer have them as the stream brings them. */
  async function store(records: readonly EventRecord[], { consumer } = parts) {
    await parts.events.append(records)
    batches += 1
    await consumer.handle(aBatch(`b${batches}`, [...records]))
  }

  /** Reads on after a position up to the end. */
  async function readOn(after: string, terms = all, tenantId = TENANT) {
    const items: StoredRecord[] = []
    const resyncs: string[] = []
    for (let at = after; ; ) {
      const page = await parts.feed.read(tenantId, { after: at, ...terms })
      items.push(...page.items)
      if (page.resync) resyncs.push(page.resync)
      if (page.isAll) return { items, resyncs, next: page.next, ids: idsOf(items) }
      at = page.next
    }
  }

  return {
    ...{ client, clock, parts, failing, store, readOn, ...tables },
    async [Symbol.asyncDispose]() {
      client.destroy()
      faulty.destroy()
    },
  }
}

// Longer than any of these tests turns the clock.
const expiresAt = '2126-11-15T10:15:00.000Z'
const some = (count: number, changes: Partial<EventRecord> = {}) =>
  Array.from({ length: count }, () => aRecord({ tenantId: TENANT, expiresAt, ...changes }))
const idsOf = (items: readonly StoredRecord[]) => items.map(({ record }) => record.eventId)
const ids = (records: readonly EventRecord[]) => records.map(({ eventId }) => eventId)
const codeOf = (work: () => Promise<unknown>) =>
  work().then(
    () => 'nothing was thrown',
    (error) => (error as AppError).code,
  )

describe('a live log', () => {
  it('is written for tenants with a reader, and for no others', async () => {
    await using opened = await open()
    await opened.store([...some(3), ...some(3, { tenantId: 'quiet' })])
    const { Count } = await opened.client.send(new ScanCommand({ TableName: opened.liveTable }))
    expect(Count).toBe(0)

    const end = await opened.parts.feed.end(TENANT)
    const stored = some(3)
    await opened.store([...stored, ...some(3, { tenantId: 'quiet' })])
    expect((await opened.readOn(end)).ids).toEqual(ids(stored))
    const { Items } = await opened.client.send(new ScanCommand({ TableName: opened.liveTable }))
    expect(Items!.map(({ pk }) => pk!.S)).toEqual(['log#school', 'log#school'])
  })

  it('has each event behind what was read, whichever position is gone on after', async () => {
    await using opened = await open()
    const end = await opened.parts.feed.end(TENANT)
    const batches = [some(1), some(7), some(3), some(60), some(2)]
    for (const batch of batches) await opened.store(batch)
    const wanted = ids(batches.flat())
    const whole = await opened.readOn(end)
    expect(whole.ids).toEqual(wanted)
    expect((await opened.readOn(end, { ...all, limit: 1 })).ids).toEqual(wanted)
    expect((await opened.readOn(end, { ...all, maxBytes: 500 })).ids).toEqual(wanted)
    for (const [place, item] of whole.items.entries()) {
      const { ids, resyncs } = await opened.readOn(item.position())
      expect(ids).toEqual(wanted.slice(place + 1))
      expect(resyncs).toEqual([])
    }
    expect(whole.next).toBe(whole.items.at(-1)!.position())
    expect((await opened.readOn(whole.next)).ids).toEqual([])
  })

  it('ends a page before what has no room, and never without a record', async () => {
    await using opened = await open()
    const end = await opened.parts.feed.end(TENANT)
    const raw = JSON.stringify({ long: 'x'.repeat(10_000) })
    await opened.store(some(5, { raw }))
    for (const [maxBytes, count] of [
      [25_000, 2],
      [100, 1],
    ] as const) {
      const page = await opened.parts.feed.read(TENANT, { after: end, limit: 1000, maxBytes })
      expect(page.items).toHaveLength(count)
      expect(page.isAll).toBe(false)
    }
  })

  it('counts on without a gap when many write it at once', async () => {
    await using opened = await open()
    const end = await opened.parts.feed.end(TENANT)
    const batches = Array.from({ length: 8 }, () => some(5))
    await Promise.all(batches.map((batch) => opened.store(batch)))
    const { ids: found, resyncs } = await opened.readOn(end)
    expect(found.toSorted()).toEqual(ids(batches.flat()).toSorted())
    expect(resyncs).toEqual([])
  })

  for (const fault of ['lost-reply', 'conflict', 'throttled', 'broken'] as const) {
    it(`has a batch once, and no gap, when its table is ${fault} at first`, async () => {
      await using opened = await open((command, nth) =>
        command === 'TransactWriteItemsCommand' && nth === 1 ? fault : undefined,
      )
      const end = await opened.parts.feed.end(TENANT)
      const [first, second] = [some(3), some(3)]
      await opened.store(first, opened.failing)
      await opened.store(second)
      expect((await opened.readOn(end)).ids).toEqual(ids([...first, ...second]))
    })
  }

  it('makes the batch come again when it cannot be written', async () => {
    await using opened = await open((command) =>
      command === 'TransactWriteItemsCommand' ? 'denied' : undefined,
    )
    const end = await opened.parts.feed.end(TENANT)
    const stored = some(3)
    await expect(opened.store(stored, opened.failing)).rejects.toThrow()
    await opened.store(stored)
    expect((await opened.readOn(end)).ids).toEqual(ids(stored))
  })

  it('has nothing more of what was erased', async () => {
    await using opened = await open()
    const end = await opened.parts.feed.end(TENANT)
    const [ada, bob] = ['https://example.edu/ada', 'https://example.edu/bob']
    const stored = [ada, bob, ada].flatMap((actorId) => some(2, { actorId }))
    await opened.store(stored)
    await opened.parts.events.erase(TENANT, { actorIds: [ada] })
    const left = (await opened.readOn(end)).items.map(({ record }) => record.actorId)
    expect(left).toEqual([bob, bob])
  })
})

describe('a position', () => {
  it('is refused when it is another tenant’s, or was altered', async () => {
    await using opened = await open()
    const { feed } = opened.parts
    const mine = await feed.end(TENANT)
    const other = await feed.end('other')
    const altered = mine.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))
    for (const after of [other, altered, '', '.', 'x'.repeat(5000), '[1,2]']) {
      expect(await codeOf(() => feed.read(TENANT, { after, ...all }))).toBe('invalid_cursor')
      expect(() => feed.order(TENANT, mine, after)).toThrow(AppError)
    }
  })

  it('stands before those of what is stored later', async () => {
    await using opened = await open()
    const { feed } = opened.parts
    const end = await feed.end(TENANT)
    await opened.store(some(3))
    await opened.store(some(2))
    const { items, next } = await opened.readOn(end)
    const positions = [end, ...items.map((item) => item.position())]
    for (const [a, one] of positions.entries()) {
      for (const [b, other] of positions.entries()) {
        expect(Math.sign(feed.order(TENANT, one, other))).toBe(Math.sign(a - b))
      }
    }
    expect(feed.order(TENANT, next, positions.at(-1)!)).toBe(0)
  })

  it('ahead of the log goes on at its end, and says so', async () => {
    await using opened = await open()
    const { feed } = opened.parts
    await feed.end(TENANT)
    await opened.store(some(2))
    const positions = positionsOf(createTokenSigner(new Uint8Array(32)), TENANT)
    for (const ahead of [10, 1_000_000]) {
      const [row] = positions.read(await feed.end(TENANT))
      const { items, resyncs, next } = await opened.readOn(positions.write([row + ahead, 3]))
      expect([items, resyncs]).toEqual([[], ['ahead']])
      const later = some(2)
      await opened.store(later)
      expect((await opened.readOn(next)).ids).toEqual(ids(later))
    }
  })

  it('of yesterday goes on with the oldest that is held, and says so', async () => {
    await using opened = await open()
    const end = await opened.parts.feed.end(TENANT)
    await opened.store(some(30))
    const { items } = await opened.readOn(end)
    opened.clock.advance(20 * HOUR_MS)
    await opened.parts.feed.end(TENANT)
    const held = some(4)
    await opened.store(held)
    opened.clock.advance(6 * HOUR_MS)
    for (const after of [end, items[0]!.position(), items.at(-2)!.position()]) {
      const { ids: found, resyncs } = await opened.readOn(after)
      expect([found, resyncs]).toEqual([ids(held), ['gone']])
    }
    const { ids: found, resyncs } = await opened.readOn(items.at(-1)!.position())
    expect([found, resyncs]).toEqual([ids(held), []])
  })

  it('passes over the rows of a whole day that have expired', async () => {
    await using opened = await open()
    const end = await opened.parts.feed.end(TENANT)
    for (let row = 0; row < 45; row += 1) await opened.store(some(1))
    opened.clock.advance(24.5 * HOUR_MS)
    await opened.parts.feed.end(TENANT)
    const held = some(2)
    await opened.store(held)
    opened.clock.advance(HOUR_MS)
    const { ids: found, resyncs } = await opened.readOn(end)
    expect([found, resyncs]).toEqual([ids(held), ['gone']])
  })

  it('from before a time in which nobody read is gone', async () => {
    await using opened = await open()
    const end = await opened.parts.feed.end(TENANT)
    opened.clock.advance(26 * HOUR_MS)
    await opened.store(some(5))
    const missed = await opened.readOn(end)
    expect([missed.ids, missed.resyncs]).toEqual([[], ['gone']])
    const later = some(2)
    await opened.store(later)
    expect((await opened.readOn(missed.next)).ids).toEqual(ids(later))
    expect((await opened.readOn(end)).resyncs).toEqual(['gone'])
  })
})

describe('who follows', () => {
  it('is given everything that is stored from then on, in the order of the log', async () => {
    await using opened = await open()
    const seen: StoredRecord[] = []
    const following = await opened.parts.feed.follow(TENANT, (stored) => seen.push(...stored))
    const batches = [some(3), some(300), some(1)]
    for (const batch of batches) await opened.store(batch)
    const wanted = ids(batches.flat())
    while (seen.length < wanted.length) await Bun.sleep(20)
    expect(idsOf(seen)).toEqual(wanted)
    expect((await opened.readOn(following.from)).ids).toEqual(wanted)
    expect((await opened.readOn(seen[100]!.position())).ids).toEqual(wanted.slice(101))
    await following[Symbol.asyncDispose]()
    await opened.store(some(2))
    await Bun.sleep(100)
    expect(seen).toHaveLength(wanted.length)
  })

  it('has everything all the same when looks fail', async () => {
    await using opened = await open((command, nth) =>
      /^(Query|BatchGetItem)Command$/.test(command) && nth % 5 === 2 ? 'denied' : undefined,
    )
    const seen: StoredRecord[] = []
    await using _ = await opened.failing.feed.follow(TENANT, (stored) => seen.push(...stored))
    const batches = Array.from({ length: 10 }, () => some(4))
    for (const batch of batches) await opened.store(batch)
    while (seen.length < 40) await Bun.sleep(20)
    expect(idsOf(seen)).toEqual(ids(batches.flat()))
  })
})
