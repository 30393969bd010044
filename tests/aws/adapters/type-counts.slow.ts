import { describe, expect, it } from 'bun:test'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { createTypeCounting } from '../../../src/changes/count-types'
import { createStoredTypes } from '../../../src/platform/aws/counts/stored-types'
import { createEventStore } from '../../../src/platform/aws/event-store'
import { createTypeCounts } from '../../../src/platform/aws/type-counts'
import { systemClock } from '../../../src/platform/clock'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { MAX_TYPES } from '../../../src/platform/shared/type-slots'
import type { StoredType } from '../../../src/platform/type-counts'
import { typeCountsContract } from '../../contracts/type-counts.contract'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'
import { createFeed } from '../../support/aws/feed'
import { memoryBlobs } from '../../support/blobs'
import { aClock } from '../../support/deliveries'
import { aRecord } from '../../support/records'

const at = '2026-11-21T10:00:00.000Z'
const now = new Date('2026-11-21T10:02:00.000Z')
// It takes three seconds on a machine that has nothing else to do, where five are promised.
const PATIENCE_MS = 20_000
let made = 0

/** Events as the stream brings them, each with an id of its own. */
function events(receivedAt: string, types: ReadonlyMap<string, number>, tenantId = 'school') {
  return [...types].flatMap(([type, count]) =>
    Array.from({ length: count }, (): StoredType => {
      made += 1
      return { tenantId, eventId: `e${made}`, type, receivedAt }
    }),
  )
}

const some = (count: number, type = 'a', time = at) => events(time, new Map([[type, count]]))

async function open(plan: (command: string, nth: number) => Fault | undefined = () => undefined) {
  const client = await aDynamoDbClient()
  const faulty = withFaults(await aDynamoDbClient(), plan)
  const table = await freshTable(client, 'registry')
  const clock = aClock(now)
  /** Another process that follows the stream. */
  const follower = (by = client) => createStoredTypes({ client: by, table, clock })
  const counts = createTypeCounts({ client, table, clock })
  const stored = follower(faulty)
  return {
    ...{ counts, client, table, clock, follower, stored },
    add: (tenantId: string, time: string, types: ReadonlyMap<string, number>) =>
      stored.count(events(time, types, tenantId)),
    /** How many are counted of each type. */
    async totals(tenantId = 'school') {
      const types = await counts.read(tenantId, now)
      return Object.fromEntries(types.map(({ type, total }) => [type, total]))
    },
    async full() {
      await stored.count(some(1, 'known'))
      const told = { pk: { S: 'types#school' }, sk: { S: 'told' }, types: { N: `${MAX_TYPES}` } }
      await client.send(new PutItemCommand({ TableName: table, Item: told }))
    },
    reopen: async () => createTypeCounts({ client, table, clock }),
    async [Symbol.asyncDispose]() {
      client.destroy()
      faulty.destroy()
    },
  }
}

typeCountsContract('DynamoDB', open)

describe('counts by type, of what the stream brings', () => {
  it('are exact when a batch comes again, whole, in parts, or among others', async () => {
    await using opened = await open()
    const batch = [...some(30), ...some(20, 'b'), ...some(10, 'a', '2026-11-21T10:00:41.000Z')]
    await opened.stored.count(batch)
    await opened.stored.count(batch)
    for (const part of [batch.slice(0, 25), batch.slice(25), batch.slice(7, 9), batch.slice(59)]) {
      await opened.follower().count(part)
    }
    await opened.follower().count([...some(1), ...batch.slice(40), ...some(1, 'c'), ...batch])
    expect(await opened.totals()).toEqual({ a: 41, b: 20, c: 1 })
  })

  it('are exact when the same event stands twice in a batch, and of two tenants is two', async () => {
    await using opened = await open()
    const [one] = some(1)
    await opened.stored.count([one!, one!, { ...one!, tenantId: 'college' }])
    expect(await opened.totals()).toEqual({ a: 1 })
    expect(await opened.totals('college')).toEqual({ a: 1 })
  })

  it('count nothing of nothing', async () => {
    await using opened = await open()
    await opened.stored.count([])
    expect(await opened.totals()).toEqual({})
  })

  it('are exact of more types than one transaction has room for', async () => {
    await using opened = await open()
    const batch = Array.from({ length: 120 }, (_, n) => some(2, `t${n}`)).flat()
    await opened.stored.count(batch)
    await opened.follower().count(batch)
    const totals = await opened.totals()
    expect(Object.keys(totals)).toHaveLength(120)
    expect(new Set(Object.values(totals))).toEqual(new Set([2]))
  })

  it('are one sum of many shards that are read at the same moment', async () => {
    await using opened = await open()
    const batches = Array.from({ length: 12 }, () => [...some(5), ...some(3, 'b')])
    await Promise.all(batches.map((batch) => opened.follower().count(batch)))
    expect(await opened.totals()).toEqual({ a: 60, b: 36 })
    const all = { time: '2026-11-21T10:00:01.000Z', inSlot: 1 }
    expect(await opened.counts.forget('school', all)).toEqual({ removed: 96 })
    expect(await opened.totals()).toEqual({})
  })

  it('keep when a type was last seen, whatever comes late', async () => {
    await using opened = await open()
    await opened.stored.count(some(1, 'a', '2026-11-21T10:01:59.000Z'))
    await opened.stored.count(some(1, 'a', '2026-11-20T08:00:00.000Z'))
    const [counted] = await opened.counts.read('school', now)
    expect(counted).toMatchObject({ total: 2, lastHour: 1, lastSeenAt: '2026-11-21T10:01:59.000Z' })
  })

  it('do not count what was hidden before the stream brought it', async () => {
    await using opened = await open()
    await opened.counts.forget('school', { time: '2026-11-21T10:00:00.500Z', inSlot: 1 })
    const late = some(4, 'a', '2026-11-21T10:00:00.499Z')
    await opened.follower().count([...late, ...some(2, 'a', '2026-11-21T10:00:00.500Z')])
    expect(await opened.totals()).toEqual({ a: 2 })
  })

  // Forgetting reads the mark, then sums and hours: each of these may be between two parts of a count.
  for (const nth of [1, 2, 3, 4]) {
    it(`are exact when events are counted before the ${nth}. query of a deletion`, async () => {
      await using opened = await open()
      const time = '2026-11-21T10:01:00.000Z'
      await opened.stored.count([...some(4), ...some(2, 'a', time)])
      const client = await aDynamoDbClient()
      let queries = 0
      client.middlewareStack.add(
        (next, { commandName }) =>
          async (args) => {
            if (commandName === 'QueryCommand') queries += 1
            if (commandName === 'QueryCommand' && queries === nth) {
              await opened.follower().count(some(3, 'a', time))
            }
            return next(args)
          },
        { step: 'initialize' },
      )
      const { table, clock } = opened
      const deleting = createTypeCounts({ client, table, clock })
      const deleted = await deleting.forget('school', { time, inSlot: 0 })
      client.destroy()
      expect([deleted, await opened.totals()]).toEqual([{ removed: 4 }, { a: 5 }])
      expect(queries).toBeGreaterThanOrEqual(nth)
      await opened.counts.forget('school', { time: '2026-11-21T10:02:00.000Z', inSlot: 0 })
      expect(await opened.totals()).toEqual({})
    })
  }

  const faults: Fault[] = ['throttled', 'lost-reply', 'unreachable', 'broken', 'conflict']
  for (const fault of faults) {
    it(`are exact after a transaction that is ${fault}, if need be by the batch that comes again`, async () => {
      await using opened = await open((command, nth) =>
        command === 'TransactWriteItemsCommand' && nth % 2 === 1 ? fault : undefined,
      )
      const batch = [...some(5), ...some(2, 'b')]
      for (let tries = 0; tries < 5; tries += 1) {
        const isDone = await opened.stored.count(batch).then(
          () => true,
          () => false,
        )
        if (isDone) break
      }
      await opened.follower().count(batch)
      expect(await opened.totals()).toEqual({ a: 5, b: 2 })
    })
  }

  it('fail with an error that has the batch come again when the table is away', async () => {
    await using opened = await open(() => 'unreachable')
    expect(opened.stored.count(some(1))).rejects.toMatchObject({ isRetriable: true })
  })
})

describe('counts by type, from the store through the stream', () => {
  it('are right within seconds, and stay so when the stream brings all of it again', async () => {
    await using opened = await open()
    const { client, counts, clock } = opened
    const eventsTable = await freshTable(client, 'events')
    const blobs = memoryBlobs()
    const tokens = async () => createTokenSigner(new Uint8Array(32))
    const indexes = ['time' as const]
    const needs = { client, table: eventsTable, indexes, blobs, tokens, clock: systemClock }
    const events = createEventStore(needs)
    /** A function that reads the stream from its beginning. */
    async function followed() {
      const { follow } = await createFeed(client, eventsTable, new Map(), blobs)
      const counting = createTypeCounting({ storedTypes: opened.follower() })
      // As the mapping has it (`infra/stream-mapping.ts`).
      return follow({ ...counting, maxRecords: 500, maxWaitMs: 2000 })
    }
    await using _ = await followed()
    const receivedAt = now.toISOString()
    const records = ['a', 'b', 'a', 'c', 'a'].map((type) => aRecord({ type, receivedAt }))
    const [first] = records
    const entity = aRecord({ kind: 'entity', type: 'Person', receivedAt })
    const tenantId = first!.tenantId
    await events.append([...records, entity])
    const begun = performance.now()
    const read = async () => {
      const types = await counts.read(tenantId, clock.now())
      return Object.fromEntries(types.map(({ type, total }) => [type, total]))
    }
    while ((await read()).a !== 3 || !(await counts.areCounted(records))) {
      await Bun.sleep(50)
      expect(performance.now() - begun).toBeLessThan(PATIENCE_MS)
    }
    expect(await read()).toEqual({ a: 3, b: 1, c: 1 })
    // The same event is stored once, and so it is counted once.
    await events.append([first!])
    await using again = await followed()
    await again.drain()
    expect(await read()).toEqual({ a: 3, b: 1, c: 1 })
  })
})
