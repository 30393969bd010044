import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import type { Log } from '../../../telemetry/log'
import type { BlobEntry, BlobStore } from '../../blob-store'
import type { StreamHandler } from '../change-feed'

/**
 * Lambda puts the batches that it gave up here: `aws/lambda/<mapping>/<shard>/…`, each a document
 * whose `payload` is the whole event ("Retain discarded records for a DynamoDB event source").
 */
export const FAILED_BATCHES = 'aws/lambda/'

interface Needs {
  blobs: BlobStore
  /** These are the stream's handlers, which get them once more, by the ARNs of their functions. */
  handlers: ReadonlyMap<string, StreamHandler>
  /** Only what lies below this is taken up; left out, every batch. */
  prefix?: string
  /** Leaves out what is not to be tried this time. */
  isDue?: (entry: BlobEntry) => boolean
  /** Ends the run: no further batch is begun from then on. */
  until: Date
  now(): Date
  log: Log
}

/** So many are handled, and forgotten; so many failed again, or were not due. */
export interface Replayed {
  handled: number
  left: number
  /** The time was up before the end. */
  isCut: boolean
}

// A page is one answer of S3's list.
const PAGE = 100

const ARN_PARTS = 'arn:aws:lambda:REGION:ACCOUNT:function:NAME'.split(':').length

/**
 * Gives the stream's handlers what Lambda gave up: each what its own function failed on, and all of them
 * what names none of these. A batch that is handled is forgotten; what fails
 * again stays for the next time; what is no batch is moved to `failed/batches/` for people to look at.
 * @throws {StorageError} when the blobs cannot be listed
 */
export async function replayFailedBatches(needs: Needs): Promise<Replayed> {
  const { blobs, until, now, prefix = FAILED_BATCHES, isDue = () => true } = needs
  const count = { handled: 0, left: 0, isCut: false }
  let after: string | undefined
  for (;;) {
    const page = await blobs.list(prefix, PAGE, after)
    for (const entry of page) {
      if (now() >= until) return { ...count, isCut: true }
      if (isDue(entry) && (await replay(entry.key, needs))) count.handled += 1
      else count.left += 1
    }
    if (page.length < PAGE) return count
    after = page.at(-1)!.key
  }
}

/**
 * Replays a batch. Never throws: one that fails must not hold up those behind it.
 * @returns whether it is handled
 */
async function replay(key: string, needs: Needs): Promise<boolean> {
  try {
    return await handOn(key, needs)
  } catch (error) {
    needs.log.error('a failed batch stays', { key, reason: (error as Error).message })
    return false
  }
}

async function handOn(key: string, { blobs, handlers, log }: Needs): Promise<boolean> {
  const bytes = await blobs.get(key)
  if (bytes === undefined) return true // another run was faster
  const failed = failedIn(bytes)
  if (failed === undefined) {
    log.error('not a batch of the stream; moved aside', { key })
    await blobs.put(`failed/batches/${key}`, bytes)
    await blobs.delete(key)
    return false
  }
  const own = handlers.get(failed.functionArn)
  for (const handle of own === undefined ? handlers.values() : [own]) {
    const { batchItemFailures } = await handle(failed.event)
    if (batchItemFailures.length > 0) return false
  }
  await blobs.delete(key)
  return true
}

/**
 * Reads the event of a batch, or of a single record that was put into the blob store
 * (`change-feed.ts`) and that somebody has put here to be tried again, which names no function.
 * @returns undefined when it holds none
 */
function failedIn(
  bytes: Uint8Array,
): { event: DynamoDBStreamEvent; functionArn: string } | undefined {
  try {
    const { payload, record, requestContext } = JSON.parse(Buffer.from(bytes).toString())
    const event = typeof payload === 'string' ? JSON.parse(payload) : payload
    const Records: DynamoDBRecord[] = event?.Records ?? [record]
    if (!Records.every(isChange)) return undefined
    return { event: { Records }, functionArn: unqualified(requestContext?.functionArn) }
  } catch {
    return undefined
  }
}

/** Leaves out the version of a function: `arn:aws:lambda:REGION:ACCOUNT:function:NAME:VERSION`. */
function unqualified(functionArn: unknown): string {
  return String(functionArn).split(':').slice(0, ARN_PARTS).join(':')
}

function isChange(record: DynamoDBRecord | null | undefined): boolean {
  return typeof record?.dynamodb?.SequenceNumber === 'string'
}
