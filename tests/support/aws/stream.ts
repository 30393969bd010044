import type { DynamoDBRecord } from 'aws-lambda'
import { StorageError } from '../../../src/error/storage-error'
import type { EventRecord } from '../../../src/event/record'
import { createStreamHandler } from '../../../src/platform/aws/change-feed'
import type { ChangeBatch, Consumer } from '../../../src/platform/change-feed'
import { type Clock, systemClock } from '../../../src/platform/clock'
import { silentLog } from '../../../src/telemetry/log'
import { memoryBlobs } from '../blobs'

/** What a store of blobs holds, as text. */
function textsOf({ held }: ReturnType<typeof memoryBlobs>): Record<string, string> {
  return Object.fromEntries([...held].map(([key, bytes]) => [key, Buffer.from(bytes).toString()]))
}

let written = 0

/** A change as Lambda is given it. Its item's `b` says what reading it does. */
export function change(
  b = 'fine',
  eventName: DynamoDBRecord['eventName'] = 'INSERT',
): DynamoDBRecord {
  written += 1
  const id = String(written).padStart(21, '0')
  const NewImage = { k: { S: id }, b: { B: Buffer.from(b).toString('base64') } }
  return { eventName, dynamodb: { SequenceNumber: id, Keys: { k: { S: id } }, NewImage } }
}

export const changes = (count: number) => Array.from({ length: count }, () => change())
export const sequences = (records: readonly DynamoDBRecord[]) =>
  records.map(({ dynamodb }) => dynamodb!.SequenceNumber!)

const busy = () => new StorageError('not now', { isRetriable: true })

/** A consumer that remembers its batches, and fails while `fails` says so, as one does whose store is busy. */
export function aConsumer(
  name: string,
  fails: (batch: ChangeBatch) => boolean = () => false,
  maxRecords = 1000,
  error: () => unknown = busy,
) {
  const batches: { id: string; ids: string[] }[] = []
  return {
    name,
    maxRecords,
    maxBytes: Number.POSITIVE_INFINITY,
    maxWaitMs: 0,
    batches,
    seen: () => batches.flatMap(({ ids }) => ids),
    async handle(batch: ChangeBatch) {
      if (fails(batch)) throw error()
      batches.push({ id: batch.id, ids: batch.records().map(({ eventId }) => eventId) })
    },
  }
}

/** A handler whose items are records named by their key, and what it put aside. */
export function aHandler(
  consumers: readonly Consumer[],
  broken = new Set<string>(),
  { leftMs, clock = systemClock }: { leftMs?: () => number; clock?: Clock } = {},
) {
  const blobs = memoryBlobs()
  const held = () => textsOf(blobs)
  const handle = createStreamHandler({
    consumers,
    blobs,
    ...{ clock, leftMs, log: silentLog },
    // Batches that are committed are the matter of whole-append.slow.ts.
    async *committedBy() {},
    removeLeft: async () => {},
    async recordOf({ k, b }) {
      const said = Buffer.from(b!.B!).toString()
      if (said === 'lost') return undefined
      if (said === 'poison') throw new StorageError('not an item of ours', { isRetriable: false })
      if (said === 'nonsense') throw new TypeError('undefined is not an object')
      if (broken.has(said)) throw new StorageError('S3 is busy', { isRetriable: true })
      return { eventId: k!.S, raw: said } as EventRecord
    },
  })
  return { handle, held, blobs }
}
