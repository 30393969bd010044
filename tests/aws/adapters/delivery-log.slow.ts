import { describe, expect, it } from 'bun:test'
import { deflateRawSync } from 'node:zlib'
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../src/error/storage-error'
import type { Delivery } from '../../../src/platform/delivery-queue'
import { deliveryWrites } from '../../../tools/cost/deliveries'
import { deliveryLogContract } from '../../contracts/delivery-log.contract'
import { openDeliveries as open } from '../../support/aws/deliveries'
import { aDelivery, anAttempt, start } from '../../support/deliveries'

const LEASE = 30_000
const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

deliveryLogContract('SQS and DynamoDB', open)

const idsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ deliveryId }) => deliveryId)
const inLanes = (...lanes: string[]) => lanes.map((lane) => aDelivery({ lane }))
const joining = (id: string, more = {}) => ({
  ...aDelivery({ eventIds: [id] }),
  ...{ join: { maxEvents: 100, maxBytes: 1e6 }, delayMs: 5000, ...more },
})

describe('The log on DynamoDB', () => {
  it('sends nothing again that was delivered, whatever rings or is enqueued, for a week', async () => {
    await using test = await open()
    const one = aDelivery()
    await test.queue.enqueue([one])
    await test.queue.enqueue([one])
    await test.queue.take(1, LEASE)
    await test.queue.done(one.deliveryId, anAttempt())
    await test.queue.enqueue([one])
    test.advance(6 * DAY)
    await test.another().enqueue([one])
    expect(await test.queue.take(10, LEASE)).toEqual([])
    await test.another().done(one.deliveryId, anAttempt())
    const { succeeded } = await test.queue.figures('north', 'whk_1', start.toISOString())
    expect(succeeded).toBe(1)
    // DynamoDB sweeps when it comes to it; for us it is over with the second.
    test.advance(2 * DAY)
    expect(await test.queue.find('north', 'whk_1', one.deliveryId)).toBeUndefined()
    expect(await test.queue.list('north', 'whk_1', { limit: 10 })).toEqual({ items: [] })
    await test.queue.enqueue([one])
    expect(await test.queue.take(10, LEASE)).toEqual([one])
  })

  it('ends a page before it has too many bytes, and goes on from there', async () => {
    await using test = await open()
    const many = Array.from({ length: 6 }, () => aDelivery())
    await test.queue.enqueue(many)
    const tried = anAttempt({ status: 500, error: 'HTTP 500', response: 'x'.repeat(9000) })
    for (const { deliveryId } of await test.queue.take(6, LEASE)) {
      await test.queue.bury(deliveryId, 'HTTP 500', tried)
    }
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = { limit: 5, maxBytes: 10_000, cursor }
      const { items, nextCursor } = await test.queue.list('north', 'whk_1', page)
      expect(items).toHaveLength(2)
      expect(items[0]!.tries).toEqual([{ ...tried, response: 'x'.repeat(4096) }])
      seen.push(...idsOf(items))
      cursor = nextCursor
    } while (cursor !== undefined)
    expect(seen.toSorted()).toEqual(idsOf(many).toSorted())
  })

  it('cuts an answer between characters', async () => {
    await using test = await open()
    const one = aDelivery()
    await test.queue.enqueue([one])
    await test.queue.take(1, LEASE)
    await test.queue.done(one.deliveryId, anAttempt({ response: '☕'.repeat(2000) }))
    const found = await test.queue.find('north', 'whk_1', one.deliveryId)
    expect(found!.tries[0]!.response).toBe('☕'.repeat(1365))
  })

  it('tries again what was cut off between the table and SQS, as one or with others', async () => {
    let isDown = false
    await using test = await open((command) =>
      isDown && command === 'SendMessageBatchCommand' ? 'denied' : undefined,
    )
    const many = Array.from({ length: 3 }, () => aDelivery())
    const [one] = idsOf(many) as [string]
    await test.queue.enqueue(many)
    for (const { deliveryId } of await test.queue.take(3, LEASE)) {
      await test.queue.bury(deliveryId, 'HTTP 500')
    }
    isDown = true
    const refusals = [
      await test.queue.again('north', 'whk_1', one).catch((error) => error),
      await test.queue.againAll('north', 'whk_1', 10).catch((error) => error),
    ]
    for (const refusal of refusals) expect(refusal).toBeInstanceOf(StorageError)
    expect(await test.queue.take(10, LEASE)).toEqual([])
    isDown = false
    expect(await test.another().again('north', 'whk_1', one)).toBe(true)
    expect(await test.another().again('north', 'whk_1', one)).toBe(false)
    expect(await test.another().againAll('north', 'whk_1', 10)).toBe(2)
    expect(await test.another().againAll('north', 'whk_1', 10)).toBe(0)
    expect(idsOf(await test.queue.take(10, LEASE)).toSorted()).toEqual(idsOf(many).toSorted())
  })

  it('names no erased event again, whatever becomes of an attempt that was under way', async () => {
    await using test = await open()
    const ends = [
      (id: string) => test.queue.park(id, 'HTTP 410', anAttempt()),
      (id: string) => test.queue.bury(id, 'HTTP 500', anAttempt()),
      (id: string) => test.queue.retry(id, 0, 'HTTP 500', anAttempt()),
      (id: string) => test.queue.done(id, anAttempt()),
    ]
    const many = ends.map(() => aDelivery({ eventIds: ['urn:a', 'urn:b'] }))
    await test.queue.enqueue(many)
    await test.queue.take(10, LEASE)
    await test.queue.erase('north', { eventIds: ['urn:a'] })
    for (const [n, { deliveryId }] of many.entries()) {
      await ends[n]!(deliveryId)
      const found = await test.queue.find('north', 'whk_1', deliveryId)
      expect(found!.eventIds).toEqual(['urn:b'])
    }
  })

  it('finds what was to be held, though nothing led to it at first', async () => {
    let puts = 0
    await using test = await open((command) =>
      command === 'PutItemCommand' && ++puts === 2 ? 'denied' : undefined,
    )
    const held = { ...aDelivery(), isHeld: true }
    expect(await test.queue.enqueue([held]).catch((error) => error)).toBeInstanceOf(StorageError)
    await test.another().enqueue([held])
    await test.queue.release('north', 'whk_1')
    expect(idsOf(await test.queue.take(10, LEASE))).toEqual([held.deliveryId])
  })
})

describe('Joining on DynamoDB', () => {
  it('loses nothing that several processes add at the same time', async () => {
    await using test = await open()
    const events = Array.from({ length: 12 }, (_, n) => `urn:${n}`)
    await Promise.all(events.map((id) => test.another().enqueue([joining(id)])))
    test.advance(5000)
    const taken = await test.queue.take(20, LEASE)
    expect(taken.flatMap(({ eventIds }) => eventIds).toSorted()).toEqual(events.toSorted())
    await test.queue.enqueue([joining('urn:a'), joining('urn:b')])
    await test.another().enqueue([joining('urn:c')])
    test.advance(5000)
    const [together] = await test.queue.take(20, LEASE)
    expect(together!.eventIds).toEqual(['urn:a', 'urn:b', 'urn:c'])
  })

  it('holds what was added last for as long as anything else', async () => {
    await using test = await open()
    const [first, ...later] = ['urn:a', 'urn:b', 'urn:c'].map((id) => joining(id, { isHeld: true }))
    await test.queue.enqueue([first!])
    for (const one of later) {
      test.advance(20 * DAY)
      await test.another().enqueue([one])
    }
    test.advance(20 * DAY)
    const Key = {
      pk: { S: 'parked#north#whk_1' },
      sk: { S: `${first!.enqueuedAt} ${first!.deliveryId}` },
    }
    const command = new GetItemCommand({ TableName: test.places.table, Key })
    const { Item } = await test.dynamo.send(command)
    expect(Number(Item!.expiresAt!.N) * 1000).toBe(start.getTime() + 70 * DAY)
    await test.queue.release('north', 'whk_1')
    expect(await test.queue.take(10, LEASE)).toMatchObject([
      { eventIds: ['urn:a', 'urn:b', 'urn:c'] },
    ])
  })

  it('joins nothing that has no message yet', async () => {
    let isDown = true
    await using test = await open((command) =>
      isDown && command === 'SendMessageBatchCommand' ? 'denied' : undefined,
    )
    const refusal = await test.queue.enqueue([joining('urn:a')]).catch((error) => error)
    expect(refusal).toBeInstanceOf(StorageError)
    isDown = false
    // Whoever enqueued the first never comes again.
    await test.another().enqueue([joining('urn:b')])
    test.advance(5000)
    expect(await test.queue.take(10, LEASE)).toMatchObject([{ eventIds: ['urn:b'] }])
  })
})

describe('A process that is cut off', () => {
  it('leaves nothing undelivered that was enqueued again, whatever call was its last', async () => {
    let calls = 0
    let nth = 1
    for (; calls >= nth - 1; nth += 1) {
      calls = 0
      const last = nth
      await using test = await open(() => (++calls === last ? 'denied' : undefined))
      let queue = test.queue
      /** Does it again in another process, as the feed, a person or the next message would. */
      const surely = async (step: () => Promise<unknown>) => {
        await step().catch(() => {
          queue = test.another()
          return step()
        })
      }
      const [a, b] = [joining('urn:a'), joining('urn:b')]
      const held = joining('urn:c', { isHeld: true })
      await surely(() => queue.enqueue([a, held]))
      await surely(() => queue.enqueue([b]))
      await surely(() => queue.skip('north', 'whk_1', 'skipped'))
      await surely(() => queue.againAll('north', 'whk_1', 10))
      const delivered = new Set<string>()
      for (let round = 0; delivered.size < 3 && round < 6; round += 1) {
        test.advance(LEASE)
        await surely(async () => {
          for (const { deliveryId, eventIds } of await queue.take(10, LEASE)) {
            for (const id of eventIds) delivered.add(id)
            await queue.done(deliveryId, anAttempt())
          }
        })
      }
      expect([last, ...[...delivered].sort()]).toEqual([last, 'urn:a', 'urn:b', 'urn:c'])
    }
    expect(nth).toBeGreaterThan(25)
  }, 240_000)
})

describe('Lanes on DynamoDB', () => {
  it('go on in order, whatever call of a process was its last', async () => {
    let calls = 0
    let nth = 1
    for (; calls >= nth - 1; nth += 1) {
      calls = 0
      const last = nth
      await using test = await open(() => (++calls === last ? 'denied' : undefined))
      let queue = test.queue
      async function isCut(step: () => Promise<unknown>): Promise<boolean> {
        try {
          await step()
          return false
        } catch {
          queue = test.another()
          return true
        }
      }
      const lane = inLanes('a', 'a')
      if (await isCut(() => queue.enqueue(lane))) await queue.enqueue(lane)
      const order = new Set<string>()
      for (let round = 0; order.size < 2 && round < 8; round += 1) {
        let taken: Delivery[] = []
        await isCut(async () => {
          taken = await queue.take(10, LEASE)
        })
        expect(taken.length).toBeLessThan(2)
        for (const { deliveryId } of taken) {
          order.add(deliveryId)
          await isCut(() => queue.done(deliveryId, anAttempt()))
        }
        test.advance(LEASE)
      }
      expect([last, ...order]).toEqual([last, ...idsOf(lane)])
    }
    expect(nth).toBeGreaterThan(30)
  }, 240_000)

  it('have one under way at a time, though earlier ones are released meanwhile', async () => {
    await using test = await open()
    const [held, later] = inLanes('a', 'a') as [Delivery, Delivery]
    await test.queue.enqueue([{ ...held, isHeld: true }])
    await test.queue.enqueue([later])
    expect(await test.queue.take(10, LEASE)).toEqual([later])
    await test.another().release('north', 'whk_1')
    expect(await test.another().take(10, LEASE)).toEqual([])
    await test.queue.retry(later.deliveryId, 1000, 'HTTP 500')
    test.advance(LEASE)
    const [first, ...others] = await test.another().take(10, LEASE)
    expect([first, others]).toEqual([held, []])
    await test.another().done(held.deliveryId, anAttempt())
    test.advance(LEASE)
    expect(idsOf(await test.queue.take(10, LEASE))).toEqual([later.deliveryId])
  })

  it('are not held up by what lost its message', async () => {
    let isDown = true
    await using test = await open((command) =>
      isDown && command === 'SendMessageBatchCommand' ? 'denied' : undefined,
    )
    const [lost, next] = inLanes('a', 'a') as [Delivery, Delivery]
    await test.queue.enqueue([lost]).catch(() => {})
    isDown = false
    test.advance(6 * 60_000)
    await test.another().enqueue([next])
    expect(await test.queue.take(10, LEASE)).toEqual([lost])
    await test.queue.done(lost.deliveryId, anAttempt())
    expect(await test.queue.take(10, LEASE)).toEqual([next])
  })

  it('take what is tried again at its place', async () => {
    await using test = await open()
    const [one, two, three] = inLanes('a', 'a', 'a') as [Delivery, Delivery, Delivery]
    await test.queue.enqueue([one, two, three])
    await test.queue.take(10, LEASE)
    await test.queue.bury(one.deliveryId, 'HTTP 500')
    expect(await test.queue.take(10, LEASE)).toEqual([two])
    expect(await test.queue.again('north', 'whk_1', one.deliveryId)).toBe(true)
    expect(await test.queue.take(10, LEASE)).toEqual([])
    await test.queue.done(two.deliveryId, anAttempt())
    test.advance(LEASE)
    expect(await test.queue.take(10, LEASE)).toEqual([one])
    await test.queue.done(one.deliveryId, anAttempt())
    expect(await test.queue.take(10, LEASE)).toEqual([three])
  })
})

describe('What version 0.1.0 left in the table', () => {
  /** The items of a delivery as that version wrote them. */
  async function former(dynamo: DynamoDBClient, TableName: string, state: string) {
    const delivery = aDelivery()
    const { deliveryId, tenantId, webhookId, enqueuedAt } = delivery
    const put = (Item: Record<string, unknown>) =>
      dynamo.send(new PutItemCommand({ TableName, Item: Item as never }))
    const key = { pk: { S: `delivery#${deliveryId}` }, sk: { S: 'delivery' } }
    const whose = { tenantId: { S: tenantId }, webhookId: { S: webhookId } }
    const content = {
      ...whose,
      eventIds: { B: deflateRawSync(JSON.stringify(delivery.eventIds)) },
      ...{ enqueuedAt: { S: enqueuedAt }, attempts: { N: '0' } },
    }
    const time = start.getTime()
    const expiresAt = { N: String(time / 1000 + 14 * 24 * 3600) }
    const dueAt = { N: String(time) }
    if (state === 'waiting') await put({ ...key, ...content, dueAt, expiresAt })
    if (state === 'parked') {
      await put({ ...key, ...content, dueAt, expiresAt, parkedAt: { S: enqueuedAt } })
      const pk = { S: `parked#${tenantId}#${webhookId}` }
      await put({ pk, sk: { S: deliveryId }, expiresAt })
    }
    if (state === 'dead') {
      const buriedAs = { S: `${enqueuedAt} 0193-${deliveryId}` }
      const fate = { reason: { S: 'HTTP 410' }, buriedAt: { S: enqueuedAt }, expiresAt }
      const dead = { pk: { S: `dead#${tenantId}#${webhookId}` }, sk: buriedAs }
      await put({ ...dead, ...content, ...fate, deliveryId: { S: deliveryId } })
      await put({ ...key, ...whose, buriedAs, expiresAt })
    }
    return delivery
  }

  it('is found, sent and told of as if it were new', async () => {
    await using test = await open()
    const of = (state: string) => former(test.dynamo, test.places.table, state)
    const [waiting, parked, dead, older] = [
      ...[await of('waiting'), await of('parked'), await of('dead'), await of('dead')],
    ] as [Delivery, Delivery, Delivery, Delivery]
    await test.queue.enqueue([waiting])
    expect(await test.queue.listParked('north', 'whk_1', 10)).toEqual([parked])
    await test.queue.release('north', 'whk_1')
    const taken = await test.queue.take(10, LEASE)
    expect(idsOf(taken).toSorted()).toEqual(idsOf([waiting, parked]).toSorted())
    for (const { deliveryId } of taken) await test.queue.done(deliveryId, anAttempt())
    expect(await test.queue.find('north', 'whk_1', dead.deliveryId)).toMatchObject({
      ...{ status: 'failed', reason: 'HTTP 410', eventIds: dead.eventIds },
    })
    const { items } = await test.queue.list('north', 'whk_1', { limit: 10 })
    const found = items.map(({ status }) => status).toSorted()
    expect(found).toEqual(['delivered', 'delivered', 'failed', 'failed'])
    expect(await test.queue.listDead('north', 'whk_1', 10)).toHaveLength(2)
    expect(await test.queue.again('north', 'whk_1', dead.deliveryId)).toBe(true)
    await test.queue.enqueue([older])
    expect(idsOf(await test.queue.take(10, LEASE)).toSorted()).toEqual(
      idsOf([dead, older]).toSorted(),
    )
    expect(await test.queue.listDead('north', 'whk_1', 10)).toEqual([])
  })

  it('leaves the dead when it is enqueued again first, and can be erased', async () => {
    await using test = await open()
    const of = (state: string) => former(test.dynamo, test.places.table, state)
    const again = await of('dead')
    await test.queue.enqueue([again])
    expect(idsOf(await test.queue.take(10, LEASE))).toEqual([again.deliveryId])
    expect(await test.queue.listDead('north', 'whk_1', 10)).toEqual([])
    const [dead, parked] = [await of('dead'), await of('parked')]
    const eventIds = [...dead.eventIds, ...parked.eventIds]
    await test.queue.erase('north', { eventIds })
    expect(await test.queue.listDead('north', 'whk_1', 10)).toEqual([])
    for (const { deliveryId } of [dead, parked]) {
      const Key = { pk: { S: `delivery#${deliveryId}` }, sk: { S: 'delivery' } }
      const command = new GetItemCommand({ TableName: test.places.table, Key })
      expect((await test.dynamo.send(command)).Item).toBeUndefined()
    }
  })
})

describe('What a delivery costs', () => {
  it('is what the bill counts for it, down to the write unit', async () => {
    await using test = await open()
    const writes = countWrites(test.dynamo)
    const many = Array.from({ length: 5 }, () =>
      aDelivery({
        deliveryId: `msg_${crypto.randomUUID().replaceAll('-', '')}`,
        eventIds: Array.from({ length: 50 }, () => `urn:uuid:${crypto.randomUUID()}`),
      }),
    )
    const join = { maxEvents: 100, maxBytes: 1e6 }
    // Each call is of one batch of the feed, which has mostly one message to a webhook.
    for (const one of many) {
      await test.queue.enqueue([{ ...one, join }])
      const [taken] = await test.queue.take(5, LEASE)
      await test.queue.done(taken!.deliveryId, anAttempt())
    }
    expect(writes.units / 5).toBe(deliveryWrites(50))
  })
})

interface Asking {
  input: { ReturnConsumedCapacity?: string }
}
type Answering = (args: Asking) => Promise<{
  output: { ConsumedCapacity?: { CapacityUnits?: number } }
}>

/** Counts the write units of single writes, those of the index included. */
function countWrites(dynamo: DynamoDBClient) {
  const writes = { units: 0 }
  dynamo.middlewareStack.add(
    ((next: Answering, { commandName }: { commandName: string }) =>
      async (args: Asking) => {
        if (!/^(Put|Update|Delete)Item/.test(commandName)) return next(args)
        args.input.ReturnConsumedCapacity = 'INDEXES'
        const reply = await next(args)
        writes.units += reply.output.ConsumedCapacity?.CapacityUnits ?? 0
        return reply
      }) as never,
    { step: 'initialize', name: 'count writes' },
  )
  return writes
}
