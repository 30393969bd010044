import { describe, expect, it } from 'bun:test'
import type { DynamoDBRecord } from 'aws-lambda'
import type { EventRecord } from '../../../src/event/record'
import { createArchive } from '../../../src/platform/aws/archive'
import { createStreamHandler } from '../../../src/platform/aws/change-feed'
import { createTimeLeft } from '../../../src/platform/aws/lambda/time-left'
import { silentLog } from '../../../src/telemetry/log'
import { type Discarded, handleBatch } from '../../../tools/aws-local/stream-batch'
import { simulatedTime, throttledFirehose } from '../../support/aws/throttled-firehose'
import { memoryBlobs } from '../../support/blobs'
import { aRecord } from '../../support/records'

const KB = 1000
const HOUR_MS = 60 * 60_000
const CALL_MS = 60_000 // the time-out of `changes`
const BATCH = 100
const MINUTES = 75
// As `infra/stream-mapping.ts` has it; tests/aws/graph/mappings.slow.ts holds it to that.
const policy = { retries: -1, maximumAge: 20 * 60 * 60, bisects: false, reportsItemFailures: true }

interface Terms {
  /** How long it lasts, from the beginning. */
  badMs: number
  /** What a stream takes meanwhile, in bytes a second. */
  bytesPerSecond: number
}

/** A shard that gets a hundred events a minute for an hour and a quarter, of which Firehose takes little or nothing in the first. */
async function playedThrough({ badMs, bytesPerSecond }: Terms) {
  const time = simulatedTime()
  const begun = time.ms()
  const firehose = throttledFirehose({
    time,
    bytesPerSecond: () => (time.ms() - begun < badMs ? bytesPerSecond : 5 * 1024 * KB),
  })
  const blobs = memoryBlobs()
  const timeLeft = createTimeLeft()
  const archive = createArchive({
    ...{ client: firehose.client, blobs, leftMs: timeLeft.ms, pause: time.pause },
    streams: { standard: ['a'], sensitive: ['s'], pii: ['p'], system: ['y'] },
  })
  const records = new Map<string, EventRecord>()
  const handled: string[] = []
  const handle = createStreamHandler({
    consumers: [
      {
        ...{ name: 'archive', maxRecords: 65_536, maxBytes: 128 * KB * KB, maxWaitMs: 0 },
        handle: (batch) => archive.write(batch),
      },
      {
        ...{ name: 'webhooks', maxRecords: 1000, maxBytes: 4 * KB * KB, maxWaitMs: 0 },
        async handle(batch) {
          for (const { eventId } of batch.records()) handled.push(eventId)
        },
      },
    ],
    ...{ blobs, clock: time.clock, leftMs: timeLeft.ms, log: silentLog },
    async *committedBy() {},
    recordOf: async ({ k }) => records.get(k!.S!),
  })
  const discarded: Discarded[] = []
  const sizes: number[] = []
  const lateMs: number[] = []

  for (let nth = 0; nth < MINUTES; nth += 1) {
    const arrivesAt = begun + nth * 60_000
    if (time.ms() < arrivesAt) await time.pause(arrivesAt - time.ms())
    await handleBatch(batchOf(nth, arrivesAt), {
      policy,
      now: time.ms,
      async invoke(Records) {
        sizes.push(Records.length)
        const endsAt = time.ms() + CALL_MS
        const context = { getRemainingTimeInMillis: () => endsAt - time.ms() }
        const payload = await timeLeft.during(context, () => handle({ Records }))
        // A call that Lambda would have ended answers nothing.
        if (time.ms() > endsAt) throw new Error('the call took too long')
        return { kind: 'returned', payload }
      },
      discard: async (one) => void discarded.push(one),
      // Lambda's own pauses grow to a minute or so.
      pause: (failures) => time.pause(Math.min(1000 * 2 ** failures, 60_000)),
    })
    lateMs.push(time.ms() - arrivesAt)
  }

  function batchOf(nth: number, at: number): DynamoDBRecord[] {
    return Array.from({ length: BATCH }, (_, place) => {
      const SequenceNumber = String(nth * BATCH + place).padStart(21, '0')
      records.set(SequenceNumber, aRecord({ eventId: SequenceNumber, raw: 'x'.repeat(1500) }))
      const NewImage = { k: { S: SequenceNumber } }
      const ApproximateCreationDateTime = Math.floor(at / 1000)
      return {
        eventName: 'INSERT',
        dynamodb: { SequenceNumber, ApproximateCreationDateTime, NewImage },
      }
    })
  }

  return {
    ...firehose,
    stored: [...records.keys()],
    handled,
    held: blobs.held,
    discarded,
    sizes,
    lateMs,
  }
}

describe('an hour in which Firehose', () => {
  const hours: [what: string, terms: Terms][] = [
    ['takes nothing', { badMs: HOUR_MS, bytesPerSecond: 0 }],
    // A hundred events of 2.2 KB a minute are 3.7 KB a second, in records of 64 KB.
    ['takes half of what there is', { badMs: HOUR_MS, bytesPerSecond: 1.8 * KB }],
  ]
  for (const [what, terms] of hours) {
    it(`${what} loses nothing, sets nothing aside, and goes on`, async () => {
      const played = await playedThrough(terms)
      expect(played.eventIds().toSorted()).toEqual(played.stored)
      expect(played.discarded).toEqual([])
      expect([...played.held.keys()]).toEqual([])
      // No batch is cut: what comes again is what was not taken, and the rest of its batch.
      expect(played.sizes.every((size) => size === BATCH)).toBe(true)
      // Nobody else has anything twice for it.
      expect(played.handled).toEqual(played.stored)
      // It is behind for as long as it lasts, and not behind at the end.
      expect(Math.max(...played.lateMs)).toBeGreaterThan(HOUR_MS / 3)
      expect(played.lateMs.at(-1)).toBeLessThan(60_000)
    })
  }
})
