import { createHash } from 'node:crypto'
import type { DynamoDBRecord } from 'aws-lambda'
import type { Log } from '../../../telemetry/log'
import type { BlobStore } from '../../blob-store'

/** Changes that cannot be read or handled have this prefix, and batches that are none. */
export const FAILED_CHANGES = 'failed/'

/** Single changes have this one: `failed/records/<lane>/<sequence number>`. */
export const FAILED_RECORDS = `${FAILED_CHANGES}records/`

// Sequence numbers begin alike, and a prefix takes 3,500 puts a second ("Best practices design patterns:
// optimizing Amazon S3 performance"): 256 lanes take as many as a stream has.
const LANE_DIGITS = 2

interface Aside {
  insert: DynamoDBRecord
  reason: string
  /** The consumer that cannot handle it; left out when it cannot be read. */
  consumer?: string
}

/**
 * Puts a record of the stream into the blob store, with the reason, so that it does not hold up its shard. The same
 * record has the same place.
 * @returns whether it is there
 */
export async function putAside(
  { insert, reason, consumer }: Aside,
  { blobs, log }: { blobs: Pick<BlobStore, 'put'>; log: Log },
): Promise<boolean> {
  const key = placeOf(insert)
  try {
    await blobs.put(key, Buffer.from(JSON.stringify({ reason, consumer, record: insert })))
  } catch (error) {
    log.error('a change could not be set aside', { reason: (error as Error).message })
    return false
  }
  log.error('a change was set aside', { key, consumer, reason })
  return true
}

function placeOf({ dynamodb }: DynamoDBRecord): string {
  const sequence = dynamodb!.SequenceNumber!
  const lane = createHash('sha256').update(sequence).digest('hex').slice(0, LANE_DIGITS)
  return `${FAILED_RECORDS}${lane}/${sequence}`
}
