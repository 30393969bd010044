import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { StorageError } from '../../../src/error/storage-error'
import type { EventRecord } from '../../../src/event/record'
import { inParallel } from '../../../src/platform/aws/dynamo/in-parallel'
import { createEventStore } from '../../../src/platform/aws/event-store'
import type { AppendOutcome } from '../../../src/platform/event-store'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { eraseAll } from '../../contracts/event-erasure.contract'
import { aDynamoDbClient, dynamoDbSettings, freshTable } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'
import { createFeed } from '../../support/aws/feed'
import { memoryBlobs } from '../../support/blobs'
import { clockAt } from '../../support/clock'
import { aRecord } from '../../support/records'

// The emulator writes some hundred items a second.
setDefaultTimeout(240_000)

const signer = createTokenSigner(new Uint8Array(32).fill(1))
const whole = { whole: true }
// So few items make a batch here that one takes no second.
const FEW = 3
const ABANDONED_MS = 31_000

/** One table, with as many processes as are asked for, each of which fails by a plan of its own. */
async function openTable(maxTogether: number | undefined = FEW) {
  const client = await aDynamoDbClient()
  const table = await freshTable(client, 'events')
  const blobs = memoryBlobs()
  let ahead = 0
  const clock = clockAt(() => new Date(Date.now() + ahead))
  const tokens = async () => signer
  const needs = { table, indexes: ['time'] as const, blobs, tokens, clock, maxTogether }
  const feed = await createFeed(client, table, new Map(), blobs)
  const given: EventRecord[] = []
  const follower = feed.follow({
    name: 'follower',
    maxRecords: 7,
    maxBytes: Number.POSITIVE_INFINITY,
    maxWaitMs: 0,
    handle: async (batch) => void given.push(...batch.records()),
  })
  return {
    store: createEventStore({ ...needs, client }),
    processWith: (client: DynamoDBClient) => createEventStore({ ...needs, client }),
    /** A process whose calls fail as its plan says. `calls` counts all attempts. */
    async process(plan: (call: number) => Fault | undefined) {
      let calls = 0
      const settings = { ...(await dynamoDbSettings()), maxAttempts: 1 }
      const broken = withFaults(new DynamoDBClient(settings), () => plan(++calls))
      return { store: createEventStore({ ...needs, client: broken }), calls: () => calls }
    },
    async itemCount() {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table }))
      return Items.length
    },
    /** All that followers were given so far, in the order of their ids. */
    async followed() {
      await follower.drain()
      return sorted(given)
    },
    pass: (ms: number) => {
      ahead += ms
    },
    [Symbol.asyncDispose]: () => follower[Symbol.asyncDispose](),
  }
}

type Table = Awaited<ReturnType<typeof openTable>>
type Store = Table['store']

const sorted = (records: EventRecord[]) =>
  records.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1))
const some = (count: number) => Array.from({ length: count }, () => aRecord())
const kinds = async (store: Store, records: EventRecord[], options = whole) =>
  (await store.append(records, options)).map(({ kind }) => kind)
type Kind = AppendOutcome['kind']
const each = (records: unknown[], kind: Kind): Kind[] => records.map(() => kind)

/** What readers have of these ids, by id and by query: the same. */
async function heldOf(store: Store, records: EventRecord[]) {
  // A client has fifty connections.
  const got = await inParallel(records, 40, ({ eventId }) => store.get('default', eventId))
  const held = sorted(got.filter((record) => record !== undefined))
  const { items } = await store.query('default', {}, { limit: 1000, maxBytes: 1e8 })
  const ids = new Set(records.map(({ eventId }) => eventId))
  expect(sorted(items.filter(({ eventId }) => ids.has(eventId)))).toEqual(held)
  return held
}

describe('a whole append', () => {
  for (const count of [1, 2, 100, 101, 260]) {
    it(`of ${count} is stored as one, and given to followers once`, async () => {
      await using table = await openTable(100)
      const { store } = table
      const records = some(count)
      expect(await kinds(store, records)).toEqual(each(records, 'stored'))
      expect(await heldOf(store, records)).toEqual(sorted(records))
      expect(await kinds(store, records)).toEqual(each(records, 'duplicate'))
      expect(await table.followed()).toEqual(sorted(records))
    })

    it(`of ${count} with a conflict stores nothing`, async () => {
      await using table = await openTable(100)
      const { store } = table
      const records = some(count)
      const held = { ...records.at(-1)!, raw: '{"other":1}' }
      await store.append([held])
      const outcomes: Kind[] = [...each(records.slice(1), 'withheld'), 'conflict']
      expect(await kinds(store, records)).toEqual(outcomes)
      expect(await heldOf(store, records)).toEqual([held])
      expect(await table.itemCount()).toBe(1)
    })
  }

  it('of one costs what an append costs: one write, no transaction', async () => {
    await using table = await openTable()
    const process = await table.process(() => undefined)
    expect(await kinds(process.store, some(1))).toEqual(['stored'])
    expect(process.calls()).toBe(1)
    expect(await kinds(process.store, some(3))).toEqual(each([1, 2, 3], 'stored'))
    expect(process.calls()).toBe(2)
  })

  for (const count of [3, 12]) {
    it(`of ${count} takes what is held already, and tells ids that come twice`, async () => {
      await using table = await openTable()
      const { store } = table
      const records = some(count)
      await store.append(records.slice(0, 2))
      const twice = [...records, records[2]!]
      const rest = each(records.slice(2), 'stored')
      expect(await kinds(store, twice)).toEqual(['duplicate', 'duplicate', ...rest, 'duplicate'])
      expect(await heldOf(store, records)).toEqual(sorted(records))

      const fresh = some(count)
      const contradicting = [...fresh, { ...fresh[0]!, raw: '{"other":1}' }]
      expect(await kinds(store, contradicting)).toEqual([...each(fresh, 'withheld'), 'conflict'])
      expect(await heldOf(store, fresh)).toEqual([])
      expect(await table.followed()).toEqual(sorted(records))
    })
  }

  it('of more than a transaction may have bytes is a batch', async () => {
    await using table = await openTable(100)
    // Noise does not pack: each item has 380 KB.
    const noise = () => JSON.stringify(randomBytes(375_000).toString('base64'))
    const records = Array.from({ length: 12 }, () => aRecord({ raw: noise() }))
    expect(await kinds(table.store, records)).toEqual(each(records, 'stored'))
    expect(await heldOf(table.store, records)).toEqual(sorted(records))
  })

  it('is refused when it has more records than a whole may have', async () => {
    await using table = await openTable()
    const one = aRecord()
    const many = Array.from({ length: 2049 }, (_, n) => ({ ...one, eventId: `urn:${n}` }))
    const error = await table.store.append(many, whole).catch((thrown) => thrown)
    expect([error.code, error.message]).toEqual(['too_large', expect.stringContaining('2049')])
    expect(await table.itemCount()).toBe(0)
  })

  it('of the same batch by many at a time is stored once', async () => {
    for (const count of [3, 9]) {
      await using table = await openTable()
      const records = some(count)
      const stores = await Promise.all([1, 2, 3, 4].map(() => table.process(() => undefined)))
      const outcomes = await Promise.all(stores.map(({ store }) => kinds(store, records)))
      expect(outcomes.filter((all) => all.includes('stored')).length).toBeLessThanOrEqual(1)
      const finished = await untilDone(table, records)
      expect(new Set(finished)).toEqual(new Set(['duplicate']))
      expect(await heldOf(table.store, records)).toEqual(sorted(records))
      expect(await table.followed()).toEqual(sorted(records))
    }
  })
})

/** Sends a batch as a sender does, until it is not throttled. */
async function untilDone(table: Table, records: EventRecord[]) {
  for (let tries = 0; tries < 5; tries += 1) {
    const outcomes = await kinds(table.store, records)
    if (!outcomes.includes('throttled')) return kinds(table.store, records)
    table.pass(ABANDONED_MS)
    await table.followed()
  }
  throw new Error('a batch is throttled for ever')
}

describe('a process that dies within a whole append', () => {
  for (const count of [1, 3, 8]) {
    it(`of ${count} leaves all of it or nothing, wherever it dies, and it can be sent again`, async () => {
      for (const fault of ['unreachable', 'lost-reply', 'throttled'] as const) {
        for (let last = 1; ; last += 1) {
          await using table = await openTable()
          const records = some(count)
          // Something of the same sender is held, so that reads matter as well.
          const [first] = records as [EventRecord]
          if (count > 1) await table.store.append([first])
          const dying = await table.process((call) => (call >= last ? fault : undefined))
          const outcomes = await kinds(dying.store, records).catch((error) => {
            expect(error).toBeInstanceOf(StorageError)
            return undefined
          })
          const before = count > 1 ? [first] : []
          const held = await heldOf(table.store, records)
          const isAll = held.length === count
          if (!isAll) expect(held).toEqual(before)
          if (outcomes?.includes('stored')) expect(isAll).toBe(true)
          if (outcomes?.includes('throttled')) expect(isAll).toBe(false)
          expect(await table.followed()).toEqual(sorted(isAll ? records : before))

          await untilDone(table, records)
          expect(await heldOf(table.store, records)).toEqual(sorted(records))
          expect(await table.followed()).toEqual(sorted(records))
          if (dying.calls() < last) break
        }
      }
    })
  }

  it('does not hold up its ids for others, whose content may differ', async () => {
    await using table = await openTable()
    const records = some(8)
    const dying = await table.process((call) => (call > 2 ? 'unreachable' : undefined))
    await dying.store.append(records, whole).catch(() => {})
    expect(await table.itemCount()).toBe(8)
    expect(await heldOf(table.store, records)).toEqual([])

    const others = records.map((record) => ({ ...record, raw: '{"other":1}' }))
    expect(await kinds(table.store, others)).toEqual(each(others, 'throttled'))
    expect(await kinds(table.store, [others[0]!], { whole: false })).toEqual(['throttled'])
    table.pass(ABANDONED_MS)
    expect(await kinds(table.store, [others[0]!], { whole: false })).toEqual(['throttled'])
    await table.followed()
    expect(await kinds(table.store, [others[0]!], { whole: false })).toEqual(['stored'])
    expect(await untilDone(table, others)).toEqual(each(others, 'duplicate'))
    expect(await table.followed()).toEqual(sorted(others))
  })

  it('finds itself aborted when it was only slow', async () => {
    await using table = await openTable()
    const records = some(8)
    const reached = Promise.withResolvers<void>()
    const going = Promise.withResolvers<void>()
    let inserts = 0
    const client = new DynamoDBClient(await dynamoDbSettings())
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          // The second call that writes is the commit.
          if (commandName === 'BatchExecuteStatementCommand' && ++inserts === 2) {
            reached.resolve()
            await going.promise
          }
          return next(args)
        },
      { step: 'initialize', name: 'slow' },
    )
    const late = table.processWith(client)
    const appending = kinds(late, records)
    await reached.promise
    table.pass(ABANDONED_MS)
    const others = records.map((record) => ({ ...record, raw: '{"other":1}' }))
    expect(await kinds(table.store, others)).toEqual(each(others, 'throttled'))
    going.resolve()
    expect(await appending).toEqual(each(records, 'throttled'))
    expect(await untilDone(table, others)).toEqual(each(others, 'duplicate'))
    expect(await table.followed()).toEqual(sorted(others))
  })
})

describe('erasing', () => {
  it('takes what a batch brought, and what one left that nobody committed', async () => {
    await using table = await openTable()
    const of = (actorId: string) => aRecord({ actorId, raw: JSON.stringify({ actorId }) })
    const records = ['ada', 'bob', 'ada', 'bob', 'bob'].map(of)
    await table.store.append(records, whole)
    const dying = await table.process((call) => (call > 2 ? 'unreachable' : undefined))
    const left = ['ada', 'bob', 'ada', 'bob', 'bob'].map(of)
    await dying.store.append(left, whole).catch(() => {})
    expect(await eraseAll(table.store, 'default', { actorIds: ['ada'] })).toEqual({ removed: 2 })
    // Five of each batch and a commit, without two of each.
    expect(await table.itemCount()).toBe(11 - 4)
    const rest = records.filter(({ actorId }) => actorId === 'bob')
    expect(await heldOf(table.store, [...records, ...left])).toEqual(sorted(rest))
    // The follower may have had the batch before.
    const followed = await table.followed()
    expect(followed).toEqual(expect.arrayContaining(rest))
    expect(records).toEqual(expect.arrayContaining(followed))
  })
})

describe('whole appends of all kinds, with deaths at any call', () => {
  interface Step {
    ids: number[]
    content: number
    whole: boolean
    diesAt: number
    fault: Fault
    pass: boolean
  }
  const step: fc.Arbitrary<Step> = fc.record({
    ids: fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 8 }),
    content: fc.constantFrom(0, 0, 0, 1),
    whole: fc.constantFrom(true, true, false),
    diesAt: fc.constantFrom(99, 99, 1, 2, 3, 4, 5),
    fault: fc.constantFrom<Fault>('unreachable', 'lost-reply', 'throttled', 'broken'),
    pass: fc.boolean(),
  })

  it('agree with a map to which each call is applied as one or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 7 }), async (steps) => {
        await using table = await openTable()
        const ids = Array.from({ length: 12 }, (_, n) => aRecord({ eventId: `urn:${n}` }))
        const model = new Map<string, EventRecord>()
        for (const { ids: places, content, whole, diesAt, fault, pass } of steps) {
          const records = places.map((place) => ({ ...ids[place]!, raw: `{"n":${content}}` }))
          const process = await table.process((call) => (call >= diesAt ? fault : undefined))
          const outcomes = await process.store.append(records, { whole }).catch(() => undefined)
          const said = outcomes?.map(({ kind }) => kind)
          const held = new Map((await heldOf(table.store, ids)).map((one) => [one.eventId, one]))
          const isNew = ({ eventId }: EventRecord) => !model.has(eventId)
          const conflicts = records.map(
            (one) => !isNew(one) && model.get(one.eventId)!.raw !== one.raw,
          )
          const fresh = records.filter(isNew)
          const applied = fresh.filter(({ eventId }) => held.has(eventId))
          if (whole) {
            expect([0, fresh.length]).toContain(applied.length)
            if (conflicts.includes(true)) expect(applied).toEqual([])
          }
          said?.forEach((kind, at) => {
            const one = records[at]!
            if (kind === 'stored') expect([isNew(one), held.get(one.eventId)]).toEqual([true, one])
            if (kind === 'duplicate') expect(held.get(one.eventId)?.raw).toBe(one.raw)
            if (kind === 'conflict') expect(conflicts[at]).toBe(true)
            if (kind === 'withheld') expect(said).toContain('conflict')
            if (whole && kind === 'throttled') expect(new Set(said)).toEqual(new Set(['throttled']))
          })
          for (const one of applied) model.set(one.eventId, one)
          expect(held).toEqual(
            new Map(sorted([...model.values()]).map((one) => [one.eventId, one])),
          )
          if (pass) table.pass(ABANDONED_MS)
          if (pass) expect(await table.followed()).toEqual(sorted([...model.values()]))
        }
        expect(await table.followed()).toEqual(sorted([...model.values()]))
      }),
      // To make what fails shorter would take longer than the time there is.
      { numRuns: 40, endOnFailure: true },
    )
  })
})
