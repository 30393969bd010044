import { describe, expect, it } from 'bun:test'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import fc from 'fast-check'
import { StorageError } from '../../../src/error/storage-error'
import type { EventRecord } from '../../../src/event/record'
import { createStreamHandler } from '../../../src/platform/aws/change-feed'
import { storageError } from '../../../src/platform/aws/errors'
import type { ChangeBatch } from '../../../src/platform/change-feed'
import { systemClock } from '../../../src/platform/clock'
import { silentLog } from '../../../src/telemetry/log'
import { handleBatch } from '../../../tools/aws-local/stream-batch'
import { aConsumer, aHandler, change, changes, sequences } from '../../support/aws/stream'
import { memoryBlobs } from '../../support/blobs'
import { clockAt } from '../../support/clock'

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

describe('a record that a consumer cannot handle', () => {
  const unhandled = () => new TypeError('undefined is not an object')
  const isIn = (record: DynamoDBRecord) => (batch: ChangeBatch) =>
    batch.records().some(({ eventId }) => eventId === record.dynamodb!.SequenceNumber)

  it('is found and set aside by itself, and all others are handled once', async () => {
    const Records = changes(500)
    const bad = Records[321]!
    const [troubled, other] = [aConsumer('a', isIn(bad), 1000, unhandled), aConsumer('b')]
    const { handle, held } = aHandler([troubled, other])
    expect(await handle({ Records })).toEqual(done)
    expect(troubled.seen()).toEqual(sequences(Records.filter((one) => one !== bad)))
    expect(other.seen()).toEqual(sequences(Records))
    const [[key, text]] = Object.entries(held()) as [[string, string]]
    expect(key).toEndWith(`/${bad.dynamodb!.SequenceNumber}`)
    expect(JSON.parse(text)).toEqual({
      reason: 'undefined is not an object',
      consumer: 'a',
      record: bad,
    })
    // A batch has all records from its first to its last, by which it is named.
    expect(troubled.batches.every(({ ids }) => ids.length === span(ids))).toBe(true)
  })

  const span = (ids: string[]) => Number(ids.at(-1)) - Number(ids[0]) + 1

  it('is looked for in slices of 500, of a batch that has more', async () => {
    const consumer = aConsumer('a', undefined, 65_536)
    await aHandler([consumer]).handle({ Records: changes(1200) })
    expect(consumer.batches.map(({ ids }) => ids.length)).toEqual([500, 500, 200])
  })

  it('stays where it is when it lies aside already, and is told', async () => {
    const [bad, unread] = [change(), change('poison')]
    const { handle, held } = aHandler([aConsumer('a', isIn(bad), 1000, unhandled)])
    const { batchItemFailures } = await handle({ Records: [bad, change()] }, { setsAside: false })
    expect(batchItemFailures).toEqual([{ itemIdentifier: bad.dynamodb!.SequenceNumber! }])
    expect(await handle({ Records: [unread] }, { setsAside: false })).toEqual(failedAt(unread))
    expect(held()).toEqual({})
  })

  it('holds its shard when it can be put nowhere', async () => {
    const Records = changes(5)
    const consumer = aConsumer('a', isIn(Records[2]!), 1000, unhandled)
    const { handle, blobs } = aHandler([consumer])
    blobs.put = async () => {
      throw new StorageError('S3 is down', { isRetriable: true })
    }
    expect(await handle({ Records })).toEqual(failedAt(Records[2]!))
    expect(await handle({ Records: Records.slice(2) })).toEqual(failedAt(Records[2]!))
    // What was handled behind it does not come again.
    expect(consumer.seen()).toEqual(sequences(Records.filter((_, place) => place !== 2)))
  })

  it('leaves no gap in a batch: where others were handled between two, they come in two', async () => {
    const Records = changes(6)
    const bad = sequences([Records[1]!, Records[4]!])
    const given: string[][] = []
    const isBad = ({ records }: ChangeBatch) => {
      const ids = records().map(({ eventId }) => eventId)
      given.push(ids)
      return ids.some((one) => bad.includes(one))
    }
    const { handle, blobs, held } = aHandler([aConsumer('a', isBad, 1000, unhandled)])
    const { put } = blobs
    blobs.put = () => Promise.reject(new StorageError('S3 is down', { isRetriable: true }))
    expect(await handle({ Records })).toEqual(failedAt(Records[1]!))
    expect(await handle({ Records })).toEqual(failedAt(Records[1]!))
    expect(given.filter((ids) => ids.length !== span(ids))).toEqual([])
    blobs.put = put
    // Alone, they are to blame, since others were handled a moment ago.
    expect(await handle({ Records })).toEqual(done)
    expect(Object.keys(held())).toHaveLength(2)
  })

  it('is set aside though a store becomes busy meanwhile, from where the rest comes again', async () => {
    const Records = changes(64)
    let calls = 0
    const consumer = aConsumer(
      'a',
      (batch) => {
        calls += 1
        return isIn(Records[5]!)(batch) || calls > 10
      },
      1000,
      () => (calls > 10 ? new StorageError('busy', { isRetriable: true }) : unhandled()),
    )
    const { handle, held } = aHandler([consumer])
    const { batchItemFailures } = await handle({ Records })
    const [place] = batchItemFailures.map((one) => sequences(Records).indexOf(one.itemIdentifier))
    expect(place).toBeGreaterThan(5)
    expect(Object.keys(held())).toHaveLength(1)
    calls = Number.NEGATIVE_INFINITY
    expect(await handle({ Records: Records.slice(place) })).toEqual(done)
    expect(consumer.seen()).toEqual(sequences(Records.filter((one) => one !== Records[5])))
  })

  it('is not to blame while nothing can be handled, unless it has been so for ten minutes', async () => {
    let now = Date.parse('2026-11-30T08:00:00Z')
    const clock = clockAt(() => new Date(now))
    const consumer = aConsumer('a', () => true, 1000, unhandled)
    const { handle, held } = aHandler([consumer], new Set(), { clock })
    const [alone] = changes(1) as [DynamoDBRecord]
    expect(await handle({ Records: [alone] })).toEqual(failedAt(alone))
    now += 9 * 60_000
    expect(await handle({ Records: [alone] })).toEqual(failedAt(alone))
    expect(held()).toEqual({})
    now += 60_000
    expect(await handle({ Records: [alone] })).toEqual(done)
    expect(Object.keys(held())).toHaveLength(1)
    // The next one has ten minutes, too.
    const [next] = changes(1) as [DynamoDBRecord]
    expect(await handle({ Records: [next] })).toEqual(failedAt(next))
  })

  it('is not to blame when there are many, however long', async () => {
    let now = Date.parse('2026-11-30T08:00:00Z')
    const clock = clockAt(() => new Date(now))
    const Records = changes(500)
    let calls = 0
    const isOdd = ({ records }: ChangeBatch) => {
      calls += 1
      return records().some(({ eventId }) => Number(eventId) % 2 === 1)
    }
    const { handle, held } = aHandler([aConsumer('a', isOdd, 1000, unhandled)], new Set(), {
      clock,
    })
    const place = Records.findIndex((one) => Number(sequences([one])[0]) % 2 === 1)
    for (const _ of [1, 2, 3]) {
      expect(await handle({ Records })).toEqual(failedAt(Records[place]!))
      now += 60 * 60_000
    }
    expect(held()).toEqual({})
    // Of 250 records alone, and their halves, the first time; of 250 alone after that.
    expect(calls).toBeLessThan(3000)
  })

  it('is not the only one: forty of five hundred are set aside, each by itself', async () => {
    const Records = changes(500)
    // They come one after another, of one sender, say.
    const bad = new Set(sequences(Records.slice(0, 40)))
    const isBad = (batch: ChangeBatch) => batch.records().some(({ eventId }) => bad.has(eventId))
    const consumer = aConsumer('a', isBad, 1000, unhandled)
    const { handle, held } = aHandler([consumer])
    expect(await handle({ Records })).toEqual(done)
    expect(consumer.seen()).toEqual(sequences(Records).filter((one) => !bad.has(one)))
    expect(
      Object.keys(held())
        .map((key) => key.split('/').at(-1)!)
        .toSorted(),
    ).toEqual([...bad])
  })

  // What services and the network say while they are away, or closed to us.
  const surroundings: [what: string, error: unknown][] = [
    ['a busy store', new StorageError('busy', { isRetriable: true })],
    ['a permission that is missing', storageError('x', fromAws('AccessDeniedException', 400))],
    ['a stream that is gone', storageError('x', fromAws('ResourceNotFoundException', 400))],
    ['a key that is disabled', fromAws('KMSInvalidStateException', 400)],
    ['a connection that is refused', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
    ['a time-out', Object.assign(new Error('x'), { name: 'TimeoutError' })],
  ]
  for (const [what, error] of surroundings) {
    it(`is none for ${what}: its batch is neither cut nor set aside`, async () => {
      const Records = changes(4)
      let given = 0
      const consumer = aConsumer(
        'a',
        (batch) => {
          given += 1
          return isIn(Records[2]!)(batch)
        },
        1000,
        () => error,
      )
      const { handle, held } = aHandler([consumer])
      expect(await handle({ Records })).toEqual(failedAt(Records[0]!))
      expect([given, held()]).toEqual([1, {}])
    })
  }

  const contents: [what: string, error: unknown][] = [
    ['what DynamoDB does not take', storageError('x', fromAws('ValidationException', 400))],
    [
      'a part of a transaction that it does not take',
      storageError('x', {
        ...fromAws('TransactionCanceledException', 400),
        CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }],
      }),
    ],
    ['what we refuse ourselves', new StorageError('too large', { isRetriable: false })],
    ['what is thrown without being an error', 'a string'],
  ]
  for (const [what, error] of contents) {
    it(`is one for ${what}`, async () => {
      const Records = changes(4)
      const consumer = aConsumer('a', isIn(Records[2]!), 1000, () => error)
      const { handle, held } = aHandler([consumer])
      expect(await handle({ Records })).toEqual(done)
      expect(Object.keys(held())).toHaveLength(1)
    })
  }

  it('is not read for lack of a permission, and waited for', async () => {
    const consumer = aConsumer('a')
    const handle = createStreamHandler({
      ...{ consumers: [consumer], clock: systemClock, log: silentLog, blobs: memoryBlobs() },
      recordOf: () => Promise.reject(storageError('reading', fromAws('AccessDenied', 403))),
      async *committedBy() {},
    })
    const Records = changes(2)
    expect(await handle({ Records })).toEqual(failedAt(Records[0]!))
  })

  it('does not bring again what was handled of a batch that was stored as one', async () => {
    const commit = change()
    commit.dynamodb!.NewImage!.z = { S: 'committed' }
    const items = Array.from({ length: 3 }, () =>
      sequences(changes(400)).map((k) => ({ k: { S: k }, b: { B: '' } })),
    )
    let isDown = true
    const last = items[2]![0]!.k.S
    const consumer = aConsumer('a', ({ records }) => isDown && records()[0]!.eventId === last)
    const handle = createStreamHandler({
      ...{ consumers: [consumer], clock: systemClock, log: silentLog, blobs: memoryBlobs() },
      recordOf: async ({ k }) => ({ eventId: k!.S, raw: '' }) as EventRecord,
      async *committedBy() {
        yield* items as never[]
      },
    })
    expect(await handle({ Records: [commit] })).toEqual(failedAt(commit))
    isDown = false
    expect(await handle({ Records: [commit] })).toEqual(done)
    expect(consumer.seen()).toEqual(items.flat().map(({ k }) => k.S))
  })

  it('is not begun with when the call is about to end', async () => {
    let left = 60_000
    const consumer = aConsumer('a', () => {
      left -= 28_000
      return false
    })
    const Records = changes(1300)
    const { handle } = aHandler([consumer], new Set(), { leftMs: () => left })
    expect(await handle({ Records })).toEqual(failedAt(Records[1000]!))
    left = 60_000
    expect(await handle({ Records: Records.slice(1000) })).toEqual(done)
    expect(consumer.seen()).toEqual(sequences(Records))
  })
})

function fromAws(name: string, httpStatusCode: number) {
  return Object.assign(new Error('x'), { name, $metadata: { httpStatusCode } })
}

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
