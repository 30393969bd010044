import { describe, expect, it } from 'bun:test'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import fc from 'fast-check'
import { StorageError } from '../../../src/error/storage-error'
import type { EventRecord } from '../../../src/event/record'
import { createStreamHandler } from '../../../src/platform/aws/change-feed'
import type { ChangeBatch } from '../../../src/platform/change-feed'
import { systemClock } from '../../../src/platform/clock'
import { silentLog } from '../../../src/telemetry/log'
import { handleBatch } from '../../../tools/aws-local/stream-batch'
import { aConsumer, aHandler, change, changes, sequences } from '../../support/aws/stream'

const unreadable =
  (poison: string) =>
  async ({ k, b }: Record<string, AttributeValue>) => {
    const said = Buffer.from(b!.B!).toString()
    if (said === poison) throw new StorageError('not an item of ours', { isRetriable: false })
    return { eventId: k!.S, raw: said } as EventRecord
  }

const done = { batchItemFailures: [] }
const failedAt = (record: DynamoDBRecord) => ({
  batchItemFailures: [{ itemIdentifier: record.dynamodb!.SequenceNumber! }],
})

describe('the handler of the stream', () => {
  it('gives every consumer the inserts, in order, and nothing else', async () => {
    const consumers = [aConsumer('a'), aConsumer('b')]
    const { handle } = aHandler(consumers)
    const [first, second, third] = changes(3) as [DynamoDBRecord, DynamoDBRecord, DynamoDBRecord]
    const Records = [first, change('fine', 'REMOVE'), second, change('fine', 'MODIFY'), third]
    expect(await handle({ Records })).toEqual(done)
    for (const { seen } of consumers) expect(seen()).toEqual(sequences([first, second, third]))
  })

  it('calls nobody for a batch without inserts', async () => {
    const consumer = aConsumer('a', () => true)
    expect(await aHandler([consumer]).handle({ Records: [change('fine', 'REMOVE')] })).toEqual(done)
  })

  it('names a batch alike however often it comes, and cuts it where the consumer asks', async () => {
    const consumer = aConsumer('a', undefined, 2)
    const { handle } = aHandler([consumer])
    const Records = changes(5)
    await handle({ Records })
    await handle({ Records })
    expect(consumer.batches.map(({ ids }) => ids.length)).toEqual([2, 2, 1, 2, 2, 1])
    const named = consumer.batches.map(({ id }) => id)
    expect(named.slice(3)).toEqual(named.slice(0, 3))
    expect(new Set(named).size).toBe(3)
  })

  it('points at the first record that a consumer has not handled', async () => {
    const Records = changes(5)
    const [, , third] = sequences(Records)
    const consumer = aConsumer('a', ({ id }) => id.startsWith(third!), 2)
    const { handle } = aHandler([consumer])
    expect(await handle({ Records })).toEqual(failedAt(Records[2]!))
    expect(consumer.seen()).toEqual(sequences(Records.slice(0, 2)))
  })

  it('lets one consumer go on though another fails, and gives it nothing twice on the way', async () => {
    let isDown = true
    const [webhooks, archive] = [aConsumer('webhooks', () => isDown), aConsumer('archive')]
    const { handle } = aHandler([webhooks, archive])
    const Records = changes(3)
    expect(await handle({ Records })).toEqual(failedAt(Records[0]!))
    expect(await handle({ Records })).toEqual(failedAt(Records[0]!))
    isDown = false
    expect(await handle({ Records })).toEqual(done)
    expect(webhooks.seen()).toEqual(sequences(Records))
    expect(archive.seen()).toEqual(sequences(Records))
    // What comes again after all were through is a repeat of somebody else's making.
    await handle({ Records })
    expect(archive.seen()).toHaveLength(6)
  })

  for (const poison of ['poison', 'nonsense', 'lost']) {
    it(`sets aside a record that cannot be read (${poison}), and goes on`, async () => {
      const consumer = aConsumer('a')
      const { handle, held } = aHandler([consumer])
      const Records = [change(), change(poison), change()] as const
      expect(await handle({ Records: [...Records] })).toEqual(done)
      expect(consumer.seen()).toEqual(sequences([Records[0], Records[2]]))
      const [[key, text]] = Object.entries(held()) as [[string, string]]
      expect(key).toMatch(
        new RegExp(`^failed/records/[0-9a-f]{2}/${Records[1].dynamodb!.SequenceNumber}$`),
      )
      expect(JSON.parse(text).record).toEqual(Records[1])
    })
  }

  it('passes over what cannot be read where another function sets it aside', async () => {
    const consumer = aConsumer('a')
    const reading = { recordOf: unreadable('poison'), async *committedBy() {} }
    const handle = createStreamHandler({
      ...reading,
      ...{ consumers: [consumer], clock: systemClock, log: silentLog },
    })
    const removal = change()
    removal.dynamodb!.NewImage!.r = { S: 'batch' }
    const Records = [change(), change('poison'), removal, change()] as const
    expect(await handle({ Records: [...Records] })).toEqual(done)
    expect(consumer.seen()).toEqual(sequences([Records[0], Records[3]]))
  })

  it('holds the shard at a record that it can neither read nor set aside', async () => {
    const consumer = aConsumer('a')
    const { handle, blobs } = aHandler([consumer])
    blobs.put = async () => {
      throw new StorageError('S3 is down', { isRetriable: true })
    }
    const Records = [change(), change('poison'), change()]
    expect(await handle({ Records })).toEqual(failedAt(Records[1]!))
    expect(consumer.seen()).toEqual(sequences(Records.slice(0, 1)))
  })

  it('waits at a record whose body cannot be had now', async () => {
    const broken = new Set(['elsewhere'])
    const consumer = aConsumer('a')
    const { handle, held } = aHandler([consumer], broken)
    const Records = [change(), change('elsewhere'), change()]
    expect(await handle({ Records })).toEqual(failedAt(Records[1]!))
    broken.clear()
    expect(await handle({ Records: Records.slice(1) })).toEqual(done)
    expect(consumer.seen()).toEqual(sequences(Records))
    expect(held()).toEqual({})
  })
})

describe('the handler behind an event source mapping', () => {
  const behaviour = fc.constantFrom('fine', 'fine', 'fine', 'poison', 'elsewhere')
  // How often a consumer fails before it is well, when it is given a record at this place.
  const troubles = fc.array(fc.record({ at: fc.nat(30), times: fc.integer({ min: 1, max: 3 }) }), {
    maxLength: 4,
  })

  it('brings every record to every consumer or sets it aside, whatever fails on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(behaviour, { minLength: 1, maxLength: 30 }),
        fc.array(troubles, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 7 }),
        async (kinds, troubled, maxRecords) => {
          const Records = kinds.map((kind) => change(kind))
          const broken = new Set(['elsewhere'])
          const consumers = troubled.map((list, i) => {
            const left = new Map(list.map(({ at, times }) => [sequences(Records)[at], times]))
            const fails = (batch: ChangeBatch) => {
              const hit = batch.records().find(({ eventId }) => (left.get(eventId) ?? 0) > 0)
              if (hit) left.set(hit.eventId, left.get(hit.eventId)! - 1)
              return hit !== undefined
            }
            return aConsumer(`consumer ${i}`, fails, maxRecords)
          })
          const { handle, held } = aHandler(consumers, broken)
          let pauses = 0
          await handleBatch(Records, {
            policy: { retries: -1, maximumAge: -1, bisects: false, reportsItemFailures: true },
            invoke: async (batch) => ({
              kind: 'returned',
              payload: await handle({ Records: batch }),
            }),
            discard: async () => {
              throw new Error('nothing is given up while it is tried for ever')
            },
            async pause() {
              pauses += 1
              if (pauses > 3) broken.clear()
            },
            now: Date.now,
          })
          const readable = sequences(Records.filter((_, i) => kinds[i] !== 'poison'))
          for (const { seen } of consumers) {
            expect([...new Set(seen())].toSorted()).toEqual(readable)
          }
          expect(Object.keys(held())).toHaveLength(kinds.length - readable.length)
        },
      ),
      { numRuns: 200 },
    )
  })
})
