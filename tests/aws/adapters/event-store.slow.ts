import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { AppError } from '../../../src/error/app-error'
import { StorageError } from '../../../src/error/storage-error'
import type { EventFilter } from '../../../src/event/filter'
import type { EventRecord } from '../../../src/event/record'
import type { IndexName } from '../../../src/platform/aws/deployed/resources'
import { tables } from '../../../src/platform/aws/deployed/tables'
import { createEventStore } from '../../../src/platform/aws/event-store'
import { eraseEvents } from '../../../src/platform/aws/events/erase'
import { createItems } from '../../../src/platform/aws/events/item'
import { createOutcomes } from '../../../src/platform/aws/events/outcomes'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { eraseAll } from '../../contracts/event-erasure.contract'
import { eventStoreContract } from '../../contracts/event-store.contract'
import { aDynamoDbClient, dynamoDbSettings, freshTable } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'
import { withRefusedStatements, withUnreadKeys } from '../../support/aws/partial'
import { memoryBlobs } from '../../support/blobs'
import { clockAt } from '../../support/clock'
import { aRecord } from '../../support/records'

// The emulator writes some hundred items a second, and dies with a test that is given up.
setDefaultTimeout(240_000)

const signer = createTokenSigner(new Uint8Array(32).fill(1))
const every: readonly IndexName[] = tables.events.indexes.map(({ name }) => name)

interface Options {
  client?: DynamoDBClient
  table?: string
  indexes?: readonly IndexName[]
  now?: (() => Date) | undefined
}

async function openStore({ indexes = every, now = () => new Date(), ...options }: Options = {}) {
  const client = options.client ?? (await aDynamoDbClient())
  const table = options.table ?? (await freshTable(client, 'events'))
  const blobs = memoryBlobs()
  const tokens = async () => signer
  const store = createEventStore({ client, table, indexes, blobs, tokens, clock: clockAt(now) })
  return { store, table, blobs, client }
}

eventStoreContract('DynamoDB', async ({ now } = {}) => (await openStore({ now })).store)

const kindsOf = (outcomes: { kind: string }[]) => outcomes.map(({ kind }) => kind)
const ids = (records: EventRecord[]) => records.map(({ eventId }) => eventId)

/** A store over one table whose client fails by a plan, and one whose client does not. */
async function failing(plan: (command: string, nth: number) => Fault | undefined, maxAttempts = 3) {
  const { table, store: sound } = await openStore()
  const client = withFaults(
    new DynamoDBClient({ ...(await dynamoDbSettings()), maxAttempts }),
    plan,
  )
  return { sound, store: (await openStore({ client, table })).store }
}

const onWrite = (fault: Fault, attempts: number) => (command: string, nth: number) =>
  command === 'BatchExecuteStatementCommand' && nth <= attempts ? fault : undefined

describe('what DynamoDB does wrong', () => {
  it('a reply that is lost after the write leaves the event stored, and not a duplicate', async () => {
    const { store } = await failing(onWrite('lost-reply', 1))
    const [one, other] = [aRecord(), aRecord()]
    const changed = { ...one, raw: '{"changed":true}' }
    expect(kindsOf(await store.append([one, one, changed, other]))).toEqual([
      'stored',
      'duplicate',
      'conflict',
      'stored',
    ])
    expect(kindsOf(await store.append([one, changed]))).toEqual(['duplicate', 'conflict'])
  })

  it('a call that is throttled to the end is an answer: its records may be tried again', async () => {
    const { store, sound } = await failing(onWrite('throttled', 1), 1)
    const records = Array.from({ length: 60 }, () => aRecord())
    const outcomes = kindsOf(await store.append(records))
    expect(outcomes.filter((kind) => kind === 'throttled')).toHaveLength(25)
    expect(kindsOf(await sound.append(records)).filter((kind) => kind === 'stored')).toHaveLength(
      25,
    )
  })

  const failures: { fault: Fault; isRetriable: boolean; isStored: boolean }[] = [
    { fault: 'denied', isRetriable: false, isStored: false },
    { fault: 'broken', isRetriable: true, isStored: false },
    { fault: 'unreachable', isRetriable: true, isStored: false },
    { fault: 'lost-reply', isRetriable: true, isStored: true },
    { fault: 'expired-token', isRetriable: true, isStored: false },
  ]
  for (const { fault, isRetriable, isStored } of failures) {
    it(`a write that is ${fault} at every attempt is a StorageError`, async () => {
      const { store, sound } = await failing(onWrite(fault, 9), 2)
      const record = aRecord()
      const error = await store.append([record]).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(StorageError)
      expect(error.isRetriable).toBe(isRetriable)
      expect(await sound.get('default', record.eventId)).toEqual(isStored ? record : undefined)
      expect(kindsOf(await sound.append([record]))).toEqual([isStored ? 'duplicate' : 'stored'])
    })
  }

  it('statements that are refused for being too many are throttled, the others stored', async () => {
    const codes = [
      'ThrottlingError',
      'ProvisionedThroughputExceeded',
      'RequestLimitExceeded',
      'InternalServerError',
      'TransactionConflict',
    ] as const
    const client = withRefusedStatements(await aDynamoDbClient(), (nth) => codes[nth / 2])
    const { store } = await openStore({ client })
    const records = codes.flatMap(() => [aRecord(), aRecord()])
    const expected = codes.flatMap(() => ['throttled', 'stored'])
    expect(kindsOf(await store.append(records))).toEqual(expected)
    expect(kindsOf(await store.append(records))).toEqual(
      codes.flatMap(() => ['stored', 'duplicate']),
    )
  })

  it('a statement that can never be done fails the call, for good', async () => {
    for (const code of ['AccessDenied', 'ResourceNotFound', 'ValidationError'] as const) {
      const client = withRefusedStatements(await aDynamoDbClient(), (nth) =>
        nth === 1 ? code : undefined,
      )
      const { store } = await openStore({ client })
      const error = await store.append([aRecord(), aRecord()]).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(StorageError)
      expect([error.isRetriable, error.message]).toEqual([false, expect.stringContaining(code)])
    }
  })

  it('an id that is taken, by what nobody can read at the moment, is throttled', async () => {
    const broken = (command: string) => (command === 'BatchGetItemCommand' ? 'broken' : undefined)
    const { store, sound } = await failing(broken, 1)
    const [held, fresh] = [aRecord(), aRecord()]
    await sound.append([held])
    expect(kindsOf(await store.append([held, fresh]))).toEqual(['throttled', 'stored'])
  })

  it('keys that are left unread are asked for again, and not for ever', async () => {
    const { store, table } = await openStore()
    const records = Array.from({ length: 5 }, () => aRecord())
    await store.append(records)
    const asked = async (times: number) => {
      const client = withUnreadKeys(await aDynamoDbClient(), times)
      const { store } = await openStore({ client, table })
      return store.query('default', {}, { limit: 10 })
    }
    expect(ids((await asked(3)).items).toSorted()).toEqual(ids(records).toSorted())
    const many = Array.from({ length: 20 }, () => aRecord())
    await store.append(many)
    await expect(asked(99)).rejects.toBeInstanceOf(StorageError)
  })

  it('a query that is throttled to the end is a StorageError worth another try', async () => {
    const busy = (command: string) => (command === 'QueryCommand' ? 'throttled' : undefined)
    const { store } = await failing(busy, 1)
    const error = await store.query('default', {}, { limit: 1 }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(StorageError)
    expect(error.isRetriable).toBe(true)
  })
})

describe('an event that is larger than an item', () => {
  const large = (length: number) =>
    JSON.stringify({ noise: randomBytes(length).toString('base64') })

  it('has its body in the blob store, and is read as any other', async () => {
    const { store, blobs } = await openStore()
    const record = aRecord({ raw: large(500_000) })
    expect(kindsOf(await store.append([record]))).toEqual(['stored'])
    expect(blobs.held.size).toBe(1)
    expect(await store.get('default', record.eventId)).toEqual(record)
    expect((await store.query('default', {}, { limit: 1 })).items).toEqual([record])
  })

  it('keeps its body when another comes under its id', async () => {
    const { store } = await openStore()
    const record = aRecord({ raw: large(500_000) })
    const other = { ...record, raw: large(500_000) }
    await store.append([record])
    expect(kindsOf(await store.append([other, record]))).toEqual(['conflict', 'duplicate'])
    expect(await store.get('default', record.eventId)).toEqual(record)
  })

  it('is no longer held once its body is gone, and hides no other', async () => {
    const { store, blobs } = await openStore()
    const [lost, kept] = [aRecord({ raw: large(500_000) }), aRecord()]
    await store.append([lost, kept])
    blobs.held.clear()
    expect(await store.get('default', lost.eventId)).toBeUndefined()
    expect((await store.query('default', {}, { limit: 10 })).items).toEqual([kept])
  })

  it('is an item as long as it fits into one', async () => {
    const { store, blobs } = await openStore()
    // Base64 packs to the bytes that it stands for; an item takes 409,600.
    const sizes = [400_000, 403_000, 404_000, 405_000, 406_000, 407_000, 410_000]
    const records = sizes.map((size) => aRecord({ raw: large(size) }))
    expect(new Set(kindsOf(await store.append(records)))).toEqual(new Set(['stored']))
    expect(blobs.held.size).toBeGreaterThan(0)
    expect(blobs.held.size).toBeLessThan(sizes.length)
  })
})

describe('the indexes of a deployment', () => {
  const filter: EventFilter = { actorId: 'me', groupId: 'us' }
  const records = Array.from({ length: 12 }, (_, n) =>
    aRecord({ actorId: n % 2 ? 'me' : 'you', groupId: n % 3 ? 'us' : 'them' }),
  )
  const wanted = records.filter(({ actorId, groupId }) => actorId === 'me' && groupId === 'us')

  for (const indexes of [['actor'], ['group'], ['time'], every] as IndexName[][]) {
    it(`answer with ${indexes.join(', ')} what all together answer`, async () => {
      const { store } = await openStore({ indexes })
      await store.append(records)
      const first = await store.query('default', filter, { limit: 3 })
      const rest = await store.query('default', filter, { limit: 9, cursor: first.nextCursor })
      expect(ids([...first.items, ...rest.items])).toEqual(ids(wanted.toReversed()))
    })
  }

  it('are written only where there are some', async () => {
    const { store, table, client } = await openStore({ indexes: ['actor'] })
    await store.append([aRecord({ groupId: 'g', sessionId: 's' })])
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }))
    expect(Object.keys(Items[0]!).filter((name) => name.startsWith('i'))).toEqual(['ia'])
  })

  it('that cannot serve a question are named', async () => {
    const { store } = await openStore({ indexes: ['session'] })
    for (const [asked, missing] of [
      [{ actorId: 'me', type: 'T' }, 'actor, type, time'],
      [{}, 'time'],
      [{ kind: 'event' as const, from: '2026-01-01T00:00:00.000Z' }, 'time'],
    ] as const) {
      const error = await store.query('default', asked, { limit: 1 }).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(AppError)
      expect(error.code).toBe('invalid_request')
      expect(error.message).toEndWith(`NONIUS_INDEX_PROFILE with one of ${missing}.`)
    }
  })

  it('spread a type and the time over shards, and answer across them in order', async () => {
    const { store, table, client } = await openStore()
    const many = Array.from({ length: 240 }, (_, n) =>
      aRecord({
        eventTime: new Date(Date.UTC(2026, 10, 1) + ((n * 37) % 60) * 1000).toISOString(),
      }),
    )
    for (let at = 0; at < many.length; at += 40) await store.append(many.slice(at, at + 40))
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }))
    expect(new Set(Items.map(({ it }) => it!.S)).size).toBe(8)
    expect(new Set(Items.map(({ ie }) => ie!.S)).size).toBe(16)

    // Newest first, and of equal times the later arrival.
    const newestFirst = () =>
      ids(many.toReversed().toSorted((a, b) => b.eventTime.localeCompare(a.eventTime)))
    for (const asked of [{}, { type: 'ViewEvent' }]) {
      const expected = newestFirst()
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await store.query('default', asked, { limit: 17, cursor })
        seen.push(...ids(page.items))
        cursor = page.nextCursor
        const meanwhile = aRecord({ eventTime: '2026-12-01T00:00:00.000Z' })
        await store.append([meanwhile])
        many.push(meanwhile)
      } while (cursor !== undefined)
      expect(seen).toEqual(expected)
    }
  })

  it('give a short page and a cursor when few of many events fit', async () => {
    const { store } = await openStore({ indexes: ['type'] })
    const needle = aRecord({ actorId: 'needle', eventTime: '2020-01-01T00:00:00.000Z' })
    await store.append([needle])
    const hay = Array.from({ length: 4200 }, () => aRecord({ actorId: 'hay' }))
    await store.append(hay)
    const asked = { type: 'ViewEvent', actorId: 'needle' }
    const first = await store.query('default', asked, { limit: 10 })
    expect(first.items).toEqual([])
    const second = await store.query('default', asked, { limit: 10, cursor: first.nextCursor })
    expect(second).toEqual({ items: [needle] })
    // The emulator takes twenty seconds to write so many, and more on a busy machine.
  }, 240_000)
})

describe('erasing events', () => {
  const both = (count: number, length = 10) =>
    Array.from({ length: count }, (_, n) => {
      const actorId = n % 2 === 0 ? 'ada' : 'bob'
      const noise = randomBytes(length).toString('base64')
      return aRecord({ actorId, raw: JSON.stringify({ actor: actorId, noise }) })
    })
  const ofBob = (records: EventRecord[]) => records.filter(({ actorId }) => actorId === 'bob')

  it('needs no index', async () => {
    const { store, table, client } = await openStore({ indexes: [] })
    await store.append(both(20))
    expect(await eraseAll(store, 'default', { actorIds: ['ada'] })).toEqual({ removed: 10 })
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }))
    expect(Items).toHaveLength(10)
  })

  it('takes the bodies of large events along, and no others', async () => {
    const { store, blobs } = await openStore()
    const records = both(4, 450_000)
    await store.append(records)
    expect(blobs.held.size).toBe(4)
    expect(await eraseAll(store, 'default', { actorIds: ['ada'] })).toEqual({ removed: 2 })
    expect(blobs.held.size).toBe(2)
    for (const record of ofBob(records)) {
      expect(await store.get('default', record.eventId)).toEqual(record)
    }
  })

  it('ends a call after so many pages, and goes on from its cursor', async () => {
    const { store, table, client, blobs } = await openStore()
    const records = both(12, 200_000)
    await store.append(records)
    const items = createItems({ indexes: every, blobs })
    const needs = { client, table, items, outcomesOf: createOutcomes({ client, table }), blobs }
    let removed = 0
    let calls = 0
    let cursor: string | undefined
    do {
      const asked = { actorIds: ['ada'], cursor }
      const erased = await eraseEvents(needs, 'default', asked, 1)
      removed += erased.removed
      cursor = erased.nextCursor
      calls += 1
    } while (cursor !== undefined)
    expect(removed).toBe(6)
    expect(calls).toBeGreaterThan(1)
  })

  it('fails with a StorageError when DynamoDB does, and does the rest when it is called again', async () => {
    for (const [failing, from] of [
      ['ScanCommand', 1],
      ['DeleteItemCommand', 7],
    ] as const) {
      const { table, store: sound } = await openStore()
      await sound.append(both(60))
      const client = withFaults(
        new DynamoDBClient({ ...(await dynamoDbSettings()), maxAttempts: 1 }),
        (command, nth) => (command === failing && nth >= from ? 'throttled' : undefined),
      )
      const { store } = await openStore({ client, table })
      const error = await eraseAll(store, 'default', { actorIds: ['ada'] }).catch(
        (thrown) => thrown,
      )
      expect(error).toBeInstanceOf(StorageError)
      expect(error.isRetriable).toBe(true)
      await eraseAll(sound, 'default', { actorIds: ['ada'] })
      const { items } = await sound.query('default', {}, { limit: 100 })
      expect(new Set(items.map(({ actorId }) => actorId))).toEqual(new Set(['bob']))
      expect(items).toHaveLength(30)
    }
  })
})
