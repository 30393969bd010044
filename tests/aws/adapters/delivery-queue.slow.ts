import { describe, expect, it } from 'bun:test'
import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { StorageError } from '../../../src/error/storage-error'
import { createDeliveryQueue } from '../../../src/platform/aws/delivery-queue'
import { systemClock } from '../../../src/platform/clock'
import { deliveryQueueContract } from '../../contracts/delivery-queue.contract'
import { openDeliveries as open } from '../../support/aws/deliveries'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import type { Fault } from '../../support/aws/faults'
import { anSqsClient, freshQueue, takesOneOfABatch } from '../../support/aws/queues'
import { aDelivery } from '../../support/deliveries'

const LEASE = 30_000
const HOUR = 60 * 60 * 1000

deliveryQueueContract('SQS and DynamoDB', open)

describe('The delivery queue on SQS and DynamoDB', () => {
  it('rings by itself when a delayed delivery is due', async () => {
    const [dynamo, sqs] = [await aDynamoDbClient(), await anSqsClient()]
    const [table, queueUrl] = [await freshTable(dynamo, 'deliveries'), await freshQueue(sqs)]
    const queue = createDeliveryQueue({ dynamo, sqs, table, queueUrl, clock: systemClock })
    const one = aDelivery()
    await queue.enqueue([one], 1000)
    expect(await queue.take(1, LEASE)).toEqual([])
    while ((await queue.take(1, 1000)).length === 0) await Bun.sleep(50)
    await queue.retry(one.deliveryId, 1000, 'HTTP 503')
    expect(await queue.take(1, LEASE)).toEqual([])
    let taken = await queue.take(1, LEASE)
    while (taken.length === 0) {
      await Bun.sleep(50)
      taken = await queue.take(1, LEASE)
    }
    expect(taken).toEqual([{ ...one, attempts: 1, lastFailure: 'HTTP 503' }])
  })

  it('leaves nothing in SQS of what is done or buried', async () => {
    await using test = await open()
    const [one, two] = [aDelivery(), aDelivery()]
    await test.queue.enqueue([one, two])
    await test.queue.take(2, LEASE)
    await test.queue.done(one.deliveryId)
    await test.queue.bury(two.deliveryId, 'HTTP 410')
    expect(await test.isSilent()).toBe(true)
  })

  it('lets nothing ring for what is parked, and rings for all of it once it is released', async () => {
    await using test = await open()
    const many = Array.from({ length: 25 }, () => aDelivery())
    await test.queue.enqueue(many)
    const taken = await test.queue.take(25, LEASE)
    await Promise.all(taken.map(({ deliveryId }) => test.queue.park(deliveryId)))
    expect(await test.isSilent()).toBe(true)
    await test.another().release('north', 'whk_1')
    expect(await test.queue.take(30, LEASE)).toHaveLength(25)
  })

  it('drops a message whose delivery another process finished', async () => {
    await using test = await open()
    const one = aDelivery()
    await test.queue.enqueue([one])
    await test.queue.take(1, LEASE)
    await test.another().done(one.deliveryId)
    test.advance(LEASE)
    expect(await test.queue.take(1, LEASE)).toEqual([])
    expect(await test.isSilent()).toBe(true)
  })

  it('counts the attempt of a delivery that another process gives back', async () => {
    await using test = await open()
    const one = aDelivery({ attempts: 2 })
    await test.queue.enqueue([one])
    await test.queue.take(1, LEASE)
    await test.another().retry(one.deliveryId, 60_000, 'HTTP 500')
    test.advance(60_000)
    const again = { ...one, attempts: 3, lastFailure: 'HTTP 500' }
    expect(await test.queue.take(1, LEASE)).toEqual([again])
  })

  it('asks SQS for no more than it can do, and sleeps on until a pause of a day is over', async () => {
    await using test = await open()
    const [one, late] = [aDelivery(), aDelivery()]
    await test.queue.enqueue([one])
    await test.queue.take(1, LEASE)
    await test.queue.retry(one.deliveryId, 24 * HOUR, 'HTTP 500')
    await test.queue.enqueue([late], HOUR)
    expect(test.waits).toEqual([0, 11 * 3600, 900])
    test.advance(11 * HOUR)
    expect(await test.queue.take(2, LEASE)).toEqual([late])
    expect(test.waits.at(-1)).toBe(11 * 3600)
    test.advance(11 * HOUR)
    expect(await test.queue.take(1, LEASE)).not.toContainEqual(
      expect.objectContaining({ deliveryId: one.deliveryId }),
    )
    expect(test.waits).toContain(2 * 3600)
  })

  it('sends the message of a row that has none when enqueueing is repeated', async () => {
    await using test = await open()
    const one = aDelivery()
    await test.queue.enqueue([one])
    await test.sqs.send(new PurgeQueueCommand({ QueueUrl: test.places.queueUrl }))
    expect(await test.queue.take(1, LEASE)).toEqual([])
    await test.queue.enqueue([one])
    expect(await test.queue.take(1, LEASE)).toEqual([one])
  })

  it('lets one of two messages of a delivery take it, and both go with it', async () => {
    await using test = await open()
    const one = aDelivery()
    await test.queue.enqueue([one])
    await test.queue.enqueue([one])
    expect(await test.queue.take(10, LEASE)).toEqual([one])
    await test.queue.done(one.deliveryId)
    test.advance(LEASE)
    expect(await test.queue.take(10, LEASE)).toEqual([])
    expect(await test.isSilent()).toBe(true)
  })

  it('passes over a message that is none of ours', async () => {
    await using test = await open()
    const QueueUrl = test.places.queueUrl
    await test.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }))
    const one = aDelivery()
    await test.queue.enqueue([one])
    expect(await test.queue.take(1, LEASE)).toEqual([one])
  })

  it('gives back every id of a full message', async () => {
    await using test = await open()
    const eventIds = Array.from({ length: 100 }, () => `urn:uuid:${crypto.randomUUID()}`)
    const one = aDelivery({ eventIds })
    await test.queue.enqueue([one])
    expect(await test.queue.take(1, LEASE)).toEqual([one])
  })
})

describe('When SQS or DynamoDB fails', () => {
  it('loses no delivery to a lost reply, and counts no attempt twice', async () => {
    // Each command is carried out and its first answer lost: the SDK says it again.
    await using test = await open((command, nth) =>
      nth === 1 && command !== 'ReceiveMessageCommand' ? 'lost-reply' : undefined,
    )
    const one = aDelivery()
    await test.queue.enqueue([one])
    // The claim whose answer was lost holds until its lease ends.
    expect(await test.queue.take(1, LEASE)).toEqual([])
    test.advance(LEASE)
    expect(await test.queue.take(1, LEASE)).toEqual([one])
    await test.queue.retry(one.deliveryId, 0, 'HTTP 500')
    test.advance(1)
    const [again] = await test.queue.take(1, LEASE)
    expect(again).toEqual({ ...one, attempts: 1, lastFailure: 'HTTP 500' })
    await test.queue.bury(one.deliveryId, 'HTTP 500')
    expect(await test.queue.listDead('north', 'whk_1', 10)).toHaveLength(1)
  })

  it('does not resolve an enqueue whose messages could not be sent; repeating it mends that', async () => {
    let isDown = true
    await using test = await open((command) =>
      isDown && command === 'SendMessageBatchCommand' ? 'throttled' : undefined,
    )
    const one = aDelivery()
    const refusal = await test.queue.enqueue([one]).catch((error) => error)
    expect(refusal).toBeInstanceOf(StorageError)
    expect(refusal).toMatchObject({ isRetriable: true })
    isDown = false
    await test.queue.enqueue([one])
    expect(await test.queue.take(1, LEASE)).toEqual([one])
  })

  it('finds again what it had not released when SQS or DynamoDB failed', async () => {
    let isDown = false
    let calls = 0
    // The third call of its kind, and all that follow.
    await using test = await open((command) => {
      const counts = ['SendMessageBatchCommand', 'DeleteItemCommand'].includes(command)
      return isDown && counts && ++calls > 2 ? 'throttled' : undefined
    })
    const many = Array.from({ length: 25 }, () => aDelivery())
    await test.queue.enqueue(many)
    const taken = await test.queue.take(25, LEASE)
    await Promise.all(taken.map(({ deliveryId }) => test.queue.park(deliveryId)))
    isDown = true
    const refusal = await test.queue.release('north', 'whk_1').catch((error) => error)
    expect(refusal).toBeInstanceOf(StorageError)
    isDown = false
    await test.queue.release('north', 'whk_1')
    expect(await test.queue.take(30, LEASE)).toHaveLength(25)
    expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 25, parked: 0, dead: 0 })
  }, 240_000)

  it('sends again what SQS refused of a batch, and nothing twice', async () => {
    await using test = await open()
    takesOneOfABatch(test.sqs, 2, false)
    const three = [aDelivery(), aDelivery(), aDelivery()]
    await test.queue.enqueue(three)
    expect(await test.queue.take(10, LEASE)).toHaveLength(3)
    for (const { deliveryId } of three) await test.queue.done(deliveryId)
    expect(await test.isSilent()).toBe(true)
  })

  it('gives up on a batch of which a part is refused for good, or again and again', async () => {
    for (const [times, isOurFault] of [
      [1, true],
      [5, false],
    ] as const) {
      await using test = await open()
      takesOneOfABatch(test.sqs, times, isOurFault)
      const many = Array.from({ length: 10 }, () => aDelivery())
      const refusal = await test.queue.enqueue(many).catch((error) => error)
      expect(refusal).toBeInstanceOf(StorageError)
      expect(refusal).toMatchObject({ isRetriable: !isOurFault })
    }
  })

  it('buries, and revives, though another change of the same delivery is under way', async () => {
    await using test = await open((command, nth) =>
      command === 'TransactWriteItemsCommand' && nth % 2 === 1 ? 'conflict' : undefined,
    )
    const one = aDelivery()
    await test.queue.enqueue([one])
    await test.queue.take(1, LEASE)
    await test.queue.bury(one.deliveryId, 'HTTP 410')
    expect(await test.queue.listDead(one.tenantId, one.webhookId, 10)).toHaveLength(1)
    await test.queue.enqueue([one])
    expect(await test.queue.listDead(one.tenantId, one.webhookId, 10)).toEqual([])
    expect(await test.queue.take(1, LEASE)).toEqual([one])
  })

  const faults: [Fault, isRetriable: boolean][] = [
    ['unreachable', true],
    ['throttled', true],
    ['broken', true],
    ['expired-token', true],
    ['denied', false],
  ]
  for (const [fault, isRetriable] of faults) {
    it(`passes on that it was ${fault}, as an error that ${isRetriable ? 'may pass' : 'stays'}`, async () => {
      await using test = await open(() => fault)
      const calls = [
        () => test.queue.enqueue([aDelivery()]),
        () => test.queue.take(1, LEASE),
        () => test.queue.done('msg_1'),
        () => test.queue.listDead('north', 'whk_1', 1),
      ]
      for (const call of calls) {
        const refusal = await call().catch((error: unknown) => error)
        expect(refusal).toBeInstanceOf(StorageError)
        expect(refusal).toMatchObject({ isRetriable })
      }
      // The SDK pauses between its tries, longer when it is throttled.
    }, 240_000)
  }
})
