import { Database } from 'bun:sqlite'
import { afterAll, describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { openLogged } from '../../../src/platform/aws/delivery-log'
import type { Delivery, DeliveryQueue } from '../../../src/platform/delivery-queue'
import {
  createDeliveryQueue as createSqliteQueue,
  deliveryQueueSchema,
} from '../../../src/platform/local/delivery-queue'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { anSqsClient, freshQueue, ringWithClock } from '../../support/aws/queues'
import { aClock, aDelivery } from '../../support/deliveries'

const deliveries = Array.from({ length: 4 }, (_, n) =>
  aDelivery({ deliveryId: `msg_property_${n}`, webhookId: `whk_${n % 2}` }),
)
const LEASE = 30_000

type Step = { ms: number } | ((queue: DeliveryQueue) => Promise<unknown>)

const delivery = fc.constantFrom(...deliveries)
const delay = fc.constantFrom(0, 1000, 5000, 60_000)
const byId = (taken: readonly Delivery[]) =>
  taken.toSorted((a, b) => a.deliveryId.localeCompare(b.deliveryId))

const step: fc.Arbitrary<{ name: string; step: Step }> = fc.oneof(
  fc.tuple(fc.array(delivery, { minLength: 1, maxLength: 3 }), delay).map(([some, ms]) => ({
    name: `enqueue ${some.map(({ deliveryId }) => deliveryId)} in ${ms}`,
    step: (queue: DeliveryQueue) => queue.enqueue(some, ms),
  })),
  fc.constant({
    name: 'take',
    step: async (queue: DeliveryQueue) => byId(await queue.take(100, LEASE)),
  }),
  delivery.map(({ deliveryId }) => ({
    name: `done ${deliveryId}`,
    step: (queue: DeliveryQueue) => queue.done(deliveryId),
  })),
  fc.tuple(delivery, delay).map(([{ deliveryId }, ms]) => ({
    name: `retry ${deliveryId} in ${ms}`,
    step: (queue: DeliveryQueue) => queue.retry(deliveryId, ms, 'HTTP 500'),
  })),
  delivery.map(({ deliveryId }) => ({
    name: `bury ${deliveryId}`,
    step: (queue: DeliveryQueue) => queue.bury(deliveryId, 'HTTP 410'),
  })),
  fc
    .tuple(delivery, fc.option(fc.constant('HTTP 410'), { nil: undefined }))
    .map(([{ deliveryId }, why]) => ({
      name: `park ${deliveryId} ${why}`,
      step: (queue: DeliveryQueue) => queue.park(deliveryId, why),
    })),
  fc
    .tuple(fc.constantFrom('whk_0', 'whk_1'), fc.constantFrom('release', 'drop'))
    .map(([webhookId, what]) => ({
      name: `${what} ${webhookId}`,
      step: (queue: DeliveryQueue) => queue[what as 'release' | 'drop']('north', webhookId),
    })),
  fc.constantFrom(1000, 5000, LEASE, 60_000).map((ms) => ({ name: `wait ${ms}`, step: { ms } })),
)

/** Everything that a queue says of itself. */
async function shown(queue: DeliveryQueue) {
  const of = async (webhookId: string) => ({
    dead: await queue.listDead('north', webhookId, 10),
    parked: byId(await queue.listParked('north', webhookId, 10)),
  })
  return { of: await Promise.all(['whk_0', 'whk_1'].map(of)), stats: await queue.stats() }
}

describe('The queue on SQS and DynamoDB', async () => {
  const [dynamo, sqs] = [await aDynamoDbClient(), await anSqsClient()]
  const tokens = async () => createTokenSigner(new Uint8Array(32))
  afterAll(() => {
    dynamo.destroy()
    sqs.destroy()
  })

  it('does what the queue on one machine does, whatever is asked of both', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 20 }),
      async (plan) => {
        const [table, queueUrl] = [await freshTable(dynamo, 'deliveries'), await freshQueue(sqs)]
        const clock = aClock()
        ringWithClock(sqs, queueUrl, clock)
        const queue = openLogged({ dynamo, sqs, table, queueUrl, clock, tokens })
        using db = new Database(':memory:', { strict: true })
        db.run(deliveryQueueSchema)
        const model = createSqliteQueue(db, clock)
        for (const { step } of plan) {
          if (typeof step === 'object') {
            clock.advance(step.ms)
            continue
          }
          expect(await step(queue)).toEqual(await step(model))
        }
        expect(await shown(queue)).toEqual(await shown(model))
      },
    )
    // DynamoDB Local does some sixty writes a second: what fails is told as it is, since to make it
    // shorter would take longer than the time there is.
    await fc.assert(property, { numRuns: 15, endOnFailure: true })
  }, 240_000)
})
