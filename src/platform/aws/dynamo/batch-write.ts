import { setTimeout as wait } from 'node:timers/promises'
import {
  BatchWriteItemCommand,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import { guarded } from '../errors'
import { chunksOf, inParallel } from './in-parallel'

// BatchWriteItem takes at most 25 requests (API reference).
const MAX_REQUESTS = 25
// The calls write 200 items at a time, as `events/write.ts` does.
const CALLS_AT_A_TIME = 8
// What a call leaves out, since a partition is busy, is written again: with six pauses of at most
// 25 to 800 ms, 1.6 s at most.
const MAX_TRIES = 7
const FIRST_PAUSE_MS = 25

/**
 * Puts and deletes items, in no order, whatever is there. Keys must differ.
 * @param what is being done
 * @throws {StorageError} retriable when some are left out at every try; others may be done
 */
export async function batchWrite(
  what: string,
  { client, table }: { client: DynamoDBClient; table: string },
  requests: readonly WriteRequest[],
): Promise<void> {
  async function write(call: WriteRequest[]) {
    let left = call
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      if (tries > 0) await wait(Math.random() * FIRST_PAUSE_MS * 2 ** (tries - 1))
      const command = new BatchWriteItemCommand({ RequestItems: { [table]: left } })
      const { UnprocessedItems } = await client.send(command)
      left = UnprocessedItems?.[table] ?? []
      if (left.length === 0) return
    }
    const message = `${what}: ${left.length} items were left unwritten ${MAX_TRIES} times in a row`
    throw new StorageError(message, { isRetriable: true })
  }
  const calls = chunksOf(requests, MAX_REQUESTS)
  await inParallel(calls, CALLS_AT_A_TIME, (call) => guarded(what, () => write(call)))
}
