import { describe, expect, it } from 'bun:test'
import { GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { createDeliveryQueue } from '../../../src/platform/aws/delivery-queue'
import { createDeliverHandler } from '../../../src/platform/aws/lambda/deliver-handler'
import type { Delivery } from '../../../src/platform/delivery-queue'
import type { Webhook } from '../../../src/platform/registry/webhooks'
import { createDeliver } from '../../../src/webhooks/sending/deliver'
import { createPlaceOf } from '../../../src/webhooks/sending/place-of'
import type { Send } from '../../../src/webhooks/sending/send'
import type { Reply } from '../../../src/webhooks/sending/verdict'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { anSqsClient, freshQueue } from '../../support/aws/queues'
import {
  aClock,
  aDelivery,
  aLog,
  aRecord,
  aRegistry,
  aStore,
  aWebhook,
} from '../../support/deliveries'

/** The function as Lambda runs it: each call takes what rings, and deletes what is answered as done. */
async function scene(
  answer: (targetUrl: string) => Reply = () => ({ kind: 'answered', status: 204 }),
) {
  const [dynamo, sqs] = [await aDynamoDbClient(), await anSqsClient()]
  const [table, QueueUrl] = [await freshTable(dynamo, 'deliveries'), await freshQueue(sqs)]
  const clock = aClock()
  const { log, lines } = aLog()
  const record = aRecord()
  const { events } = aStore(record)
  const sent: string[] = []
  const send: Send = async (targetUrl, headers) => {
    sent.push(headers['webhook-id']!)
    return answer(targetUrl)
  }
  const webhooks: Webhook[] = ['good', 'bad', 'gone'].map((name) =>
    aWebhook({ webhookId: `whk_${name}`, targetUrl: `https://example.com/${name}` }),
  )
  const slow = { webhookId: 'whk_slow', maxPerSecond: 1, maxConcurrent: 1 }
  webhooks.push(aWebhook({ ...slow, targetUrl: 'https://example.com/slow' }))
  const registry = aRegistry(...webhooks)
  const deliveries = createDeliveryQueue({ dynamo, sqs, table, queueUrl: QueueUrl, clock })
  const deliver = createDeliver({ deliveries, events, registry, send, clock, log, mark: () => '1' })
  const placeOf = createPlaceOf({ registry, clock })
  const handle = createDeliverHandler({ deliveries, placeOf, deliver, log })

  return {
    ...{ deliveries, handle, clock, lines, sent, registry, sqs, QueueUrl },
    aDeliveryTo: (name: string, more: Partial<Delivery> = {}) =>
      aDelivery({ webhookId: `whk_${name}`, eventIds: [record.eventId], ...more }),
    async messages(): Promise<SQSEvent> {
      const input = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 180 }
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(input))
      const Records = Messages.map(({ MessageId, ReceiptHandle, Body }) => {
        return { messageId: MessageId, receiptHandle: ReceiptHandle, body: Body }
      })
      return { Records } as SQSEvent
    },
    async left(): Promise<number> {
      const AttributeNames = ['All' as const]
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames })
      const { Attributes = {} } = await sqs.send(command)
      const { ApproximateNumberOfMessages: visible, ...rest } = Attributes
      return Number(visible) + Number(rest.ApproximateNumberOfMessagesNotVisible)
    },
  }
}

describe('The function that Lambda calls with due deliveries', () => {
  it('sends each, and answers that all messages are done with', async () => {
    const test = await scene()
    const [one, two] = [test.aDeliveryTo('good'), test.aDeliveryTo('good')]
    await test.deliveries.enqueue([one, two])
    expect(await test.handle(await test.messages())).toEqual({ batchItemFailures: [] })
    expect(test.sent.sort()).toEqual([one.deliveryId, two.deliveryId].sort())
    expect(await test.deliveries.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 0 })
    expect(await test.left()).toBe(0)
  })

  it('keeps the message of a delivery that is to be tried again, and of no other', async () => {
    const test = await scene((url) => ({
      kind: 'answered',
      status: url.endsWith('bad') ? 500 : 200,
    }))
    await test.deliveries.enqueue([test.aDeliveryTo('bad'), test.aDeliveryTo('good')])
    const event = await test.messages()
    const { batchItemFailures } = await test.handle(event)
    const bad = event.Records.find(({ body }) => body.includes('whk_bad'))
    expect(batchItemFailures).toEqual([{ itemIdentifier: bad!.messageId }])
    expect(await test.deliveries.stats()).toEqual({ waiting: 1, inFlight: 0, parked: 0, dead: 0 })
    expect(await test.left()).toBe(1)
  })

  it('puts off, without an attempt, what is beyond the pace of its webhook', async () => {
    const test = await scene()
    const those = [1, 2, 3].map(() => test.aDeliveryTo('slow'))
    await test.deliveries.enqueue([...those, test.aDeliveryTo('good')])
    const { batchItemFailures } = await test.handle(await test.messages())
    expect(batchItemFailures).toHaveLength(2)
    expect(test.sent).toHaveLength(2)
    expect(await test.deliveries.stats()).toMatchObject({ waiting: 2, inFlight: 0 })
    // They ring again by themselves, within seconds.
    for (let sent = 2, waits = 0; sent < 4 && waits < 40; waits += 1) {
      test.clock.advance(1000)
      await test.handle(await test.messages())
      sent = test.sent.length
      if (sent < 4) await Bun.sleep(200)
    }
    expect(new Set(test.sent).size).toBe(4)
    expect(await test.deliveries.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 0 })
  }, 30_000)

  it('parks what a target wants no more of, disables the webhook, and sends it once it is enabled', async () => {
    let status = 410
    const test = await scene(() => ({ kind: 'answered', status }))
    const one = test.aDeliveryTo('gone')
    await test.deliveries.enqueue([one])
    expect(await test.handle(await test.messages())).toEqual({ batchItemFailures: [] })
    const failed = { ...one, attempts: 1, lastFailure: 'HTTP 410' }
    expect(await test.deliveries.listParked('north', 'whk_gone', 10)).toEqual([failed])
    const disabled = await test.registry.webhooks.get('north', 'whk_gone')
    expect(disabled).toMatchObject({ enabled: false })
    expect(await test.left()).toBe(0)

    status = 200
    await test.registry.webhooks.put({ ...disabled!, enabled: true })
    await test.deliveries.release('north', 'whk_gone')
    expect(await test.handle(await test.messages())).toEqual({ batchItemFailures: [] })
    expect(await test.deliveries.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 0 })
  })

  it('sends what is of one lane in order, one at a time, and has a message for no more', async () => {
    const test = await scene()
    const lane = ['good', 'good', 'good'].map((name) => test.aDeliveryTo(name, { lane: 'a' }))
    await test.deliveries.enqueue(lane)
    const calls = []
    for (let n = 0; n < 3; n += 1) {
      const event = await test.messages()
      calls.push(event.Records.length)
      expect(await test.handle(event)).toEqual({ batchItemFailures: [] })
    }
    expect(calls).toEqual([1, 1, 1])
    expect(test.sent).toEqual(lane.map(({ deliveryId }) => deliveryId))
    expect(await test.left()).toBe(0)
  })

  it('does not send what is not due, nor what another call is sending', async () => {
    const test = await scene()
    const one = test.aDeliveryTo('good')
    await test.deliveries.enqueue([one])
    const event = await test.messages()
    await test.deliveries.open({ ...JSON.parse(event.Records[0]!.body), receiptHandle: '' }, 30_000)
    const { batchItemFailures } = await test.handle(event)
    expect(batchItemFailures).toEqual([{ itemIdentifier: event.Records[0]!.messageId }])
    expect(test.sent).toEqual([])
  })

  it('lets a message go whose delivery is done', async () => {
    const test = await scene()
    const one = test.aDeliveryTo('good')
    await test.deliveries.enqueue([one])
    const event = await test.messages()
    await test.handle(event)
    expect(await test.handle(event)).toEqual({ batchItemFailures: [] })
    expect(test.sent).toEqual([one.deliveryId])
  })

  it('keeps a message that it cannot read for the dead letters, without repeating it', async () => {
    const test = await scene()
    const Records = [{ messageId: 'm1', receiptHandle: 'r1', body: 'a secret' }]
    const reply = await test.handle({ Records } as SQSEvent)
    expect(reply).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] })
    expect(test.lines.join()).toContain('m1')
    expect(test.lines.join()).not.toContain('a secret')
  })

  it('counts no attempt when our own side fails: the delivery comes back as it was', async () => {
    const test = await scene()
    const one = test.aDeliveryTo('good')
    await test.deliveries.enqueue([one])
    test.registry.webhooks.get = () => Promise.reject(new Error('the registry is down'))
    const event = await test.messages()
    const { batchItemFailures } = await test.handle(event)
    expect(batchItemFailures).toHaveLength(1)
    test.clock.advance(60_000)
    const [record] = event.Records
    const rung = { ...JSON.parse(record!.body), receiptHandle: record!.receiptHandle }
    expect(await test.deliveries.open(rung, 30_000)).toEqual(one)
  })
})
