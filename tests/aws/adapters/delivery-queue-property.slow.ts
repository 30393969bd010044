import { Database } from 'bun:sqlite'
import { afterAll, describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { openLogged } from '../../../src/platform/aws/delivery-log'
import type { DeliveryEntry, DeliveryLog } from '../../../src/platform/delivery-log'
import type { Delivery, DeliveryQueue } from '../../../src/platform/delivery-queue'
import {
  createDeliveryQueue as createSqliteQueue,
  deliveryQueueSchema,
} from '../../../src/platform/local/delivery-queue'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { anSqsClient, freshQueue, ringWithClock } from '../../support/aws/queues'
import { aClock, aDelivery, anAttempt, start } from '../../support/deliveries'

const deliveries = Array.from({ length: 4 }, (_, n) =>
  aDelivery({ deliveryId: `msg_property_${n}`, webhookId: `whk_${n % 2}` }),
)
const LEASE = 30_000
const failed = anAttempt({ status: 500, error: 'HTTP 500' })

type Queue = DeliveryQueue & DeliveryLog

type Step = { ms: number } | ((queue: Queue) => Promise<unknown>)

const delivery = fc.constantFrom(...deliveries)
const delay = fc.constantFrom(0, 1000, 5000, 60_000)
const byId = <One extends Delivery>(taken: readonly One[]) =>
  taken.toSorted((a, b) => a.deliveryId.localeCompare(b.deliveryId))

const step: fc.Arbitrary<{ name: string; step: Step }> = fc.oneof(
  fc.tuple(fc.array(delivery, { minLength: 1, maxLength: 3 }), delay).map(([some, ms]) => ({
    name: `enqueue ${some.map(({ deliveryId }) => deliveryId)} in ${ms}`,
    step: (queue: Queue) => queue.enqueue(some, ms),
  })),
  fc.constant({
    name: 'take',
    step: async (queue: Queue) => byId(await queue.take(100, LEASE)),
  }),
  delivery.map(({ deliveryId }) => ({
    name: `done ${deliveryId}`,
    step: (queue: Queue) => queue.done(deliveryId),
  })),
  delivery.map(({ deliveryId }) => ({
    name: `deliver ${deliveryId}`,
    step: (queue: Queue) => queue.done(deliveryId, anAttempt()),
  })),
  fc.array(delivery, { minLength: 1, maxLength: 3 }).map((some) => ({
    name: `hold ${some.map(({ deliveryId }) => deliveryId)}`,
    step: (queue: Queue) => queue.enqueue(some.map((one) => ({ ...one, isHeld: true }))),
  })),
  fc.tuple(delivery, delay).map(([{ deliveryId }, ms]) => ({
    name: `retry ${deliveryId} in ${ms}`,
    step: (queue: Queue) => queue.retry(deliveryId, ms, 'HTTP 500', failed),
  })),
  delivery.map(({ deliveryId }) => ({
    name: `bury ${deliveryId}`,
    step: (queue: Queue) => queue.bury(deliveryId, 'HTTP 410', failed),
  })),
  fc
    .tuple(delivery, fc.option(fc.constant('HTTP 410'), { nil: undefined }))
    .map(([{ deliveryId }, why]) => ({
      name: `park ${deliveryId} ${why}`,
      step: (queue: Queue) => queue.park(deliveryId, why, why && failed),
    })),
  fc.constantFrom('whk_0', 'whk_1').map((webhookId) => ({
    name: `release ${webhookId}`,
    step: (queue: Queue) => queue.release('north', webhookId),
  })),
  fc.constantFrom('whk_0', 'whk_1').map((webhookId) => ({
    name: `drop ${webhookId}`,
    async step(queue: Queue) {
      // What waits may go with it, and may end at its next turn.
      const theirs = deliveries.filter((one) => one.webhookId === webhookId)
      for (const { deliveryId } of theirs) await queue.park(deliveryId)
      await queue.drop('north', webhookId)
    },
  })),
  fc.constantFrom('whk_0', 'whk_1').map((webhookId) => ({
    name: `skip ${webhookId}`,
    step: (queue: Queue) => queue.skip('north', webhookId, 'skipped'),
  })),
  delivery.map(({ webhookId, deliveryId }) => ({
    name: `try ${deliveryId} again`,
    step: (queue: Queue) => queue.again('north', webhookId, deliveryId),
  })),
  fc.constantFrom('whk_0', 'whk_1').map((webhookId) => ({
    name: `try all of ${webhookId} again`,
    step: (queue: Queue) => queue.againAll('north', webhookId, 10),
  })),
  fc.constantFrom(1000, 5000, LEASE, 60_000).map((ms) => ({ name: `wait ${ms}`, step: { ms } })),
)

/** Everything that a queue says of itself. */
async function shown(queue: Queue) {
  const of = async (webhookId: string) => ({
    dead: byId(await queue.listDead('north', webhookId, 10)),
    parked: byId(await queue.listParked('north', webhookId, 10)),
    // When what is under way comes again, only one of them knows.
    log: byId((await queue.list('north', webhookId, { limit: 10 })).items).map(
      ({ nextAttemptAt: _, ...entry }: DeliveryEntry) => entry,
    ),
    backlog: await queue.backlog('north', webhookId),
    figures: await queue.figures('north', webhookId, start.toISOString()),
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
        using model = createSqliteQueue(db, clock)
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
