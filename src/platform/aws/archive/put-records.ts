import { setTimeout as wait } from 'node:timers/promises'
import { type FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose'
import { StorageError } from '../../../error/storage-error'
import { guarded } from '../errors'

// The pauses double from 50 ms; four of them take 0.4 s on average: a stream over its rate has a
// second's allowance back by then. What it still refuses comes again with the batch.
const FIRST_PAUSE_MS = 50
const MAX_TRIES = 5

/**
 * Hands records to a delivery stream, in one call and in as many more as it refuses some. Some may
 * arrive twice: a time-out does not tell what was taken.
 * @throws {StorageError} retriable when some are still refused at the end
 */
export async function putRecords(
  client: FirehoseClient,
  DeliveryStreamName: string,
  records: readonly Uint8Array[],
): Promise<void> {
  let left = records
  let code: string | undefined
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (tries > 0) await wait(Math.random() * FIRST_PAUSE_MS * 2 ** tries)
    const Records = left.map((Data) => ({ Data }))
    const command = new PutRecordBatchCommand({ DeliveryStreamName, Records })
    const answer = await guarded(`archiving to ${DeliveryStreamName}`, () => client.send(command))
    // "Each entry in the RequestResponses array … directly correlates with a record" (API reference).
    const answers = answer.FailedPutCount === 0 ? [] : (answer.RequestResponses ?? [])
    left = left.filter((_, place) => answers[place]?.ErrorCode !== undefined)
    if (left.length === 0) return
    code = answers.find(({ ErrorCode }) => ErrorCode !== undefined)?.ErrorCode
  }
  throw new StorageError(
    `archiving to ${DeliveryStreamName}: ${left.length} records were refused ${MAX_TRIES} times: ${code}`,
    { isRetriable: true },
  )
}
