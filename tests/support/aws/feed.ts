import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { createStreamHandler } from '../../../src/platform/aws/change-feed'
import { readingWith } from '../../../src/platform/aws/events/committed'
import { createItems } from '../../../src/platform/aws/events/item'
import type { BlobStore } from '../../../src/platform/blob-store'
import type { ChangeFeed, Consumer, Follower } from '../../../src/platform/change-feed'
import { systemClock } from '../../../src/platform/clock'
import { silentLog } from '../../../src/telemetry/log'
import { pollStream, type StreamMapping } from '../../../tools/aws-local/stream-poller'
import { memoryBlobs } from '../blobs'
import { dynamoDbSettings } from './emulators'

// As a deployment has them, but for ever: a test says itself when it has seen enough failures.
const mapping = {
  retries: -1,
  maximumAge: -1,
  bisects: false,
  reportsItemFailures: true,
  startingPosition: 'TRIM_HORIZON' as const,
  patterns: [JSON.stringify({ eventName: ['INSERT'] })],
} satisfies Partial<StreamMapping>

/** The stream of a table as a feed: each consumer has a mapping, and a handler, of its own. */
export async function createFeed(
  client: DynamoDBClient,
  table: string,
  checkpoints: Checkpoints,
  blobs: BlobStore = memoryBlobs(),
) {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }))
  const settings = await dynamoDbSettings()
  const reading = readingWith({ client, table }, createItems({ indexes: [], blobs }))

  function follow(consumer: Consumer): Follower {
    let failed = failing()
    const handle = createStreamHandler({
      ...reading,
      consumers: [{ ...consumer, handle: (batch) => consumer.handle(batch).catch(note) }],
      blobs,
      ...{ clock: systemClock, log: silentLog },
    })
    function note(error: Error): never {
      failed.reject(error)
      throw error
    }
    const poller = pollStream({
      client: new DynamoDBStreamsClient(settings),
      streamArn: Table!.LatestStreamArn!,
      mapping: { ...mapping, ...batching(consumer) },
      checkpoints: checkpointsOf(checkpoints, consumer.name),
      invoke: async (Records) => ({ kind: 'returned', payload: await handle({ Records }) }),
      async discard() {},
    })
    return {
      ...poller,
      lag,
      async drain() {
        // A function that names what failed has not failed itself: only its log tells why.
        await Promise.race([failed.promise, poller.drain()]).finally(() => {
          failed = failing()
        })
      },
    }
  }

  return { follow, lag, lags: () => [] } satisfies ChangeFeed
}

// Told by CloudWatch's IteratorAge.
const lag = () => ({ records: 0, ageMs: 0 })

/** Rejects with what a handler threw since it was made; who does not ask does not hear of it. */
function failing() {
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  return failed
}

function batching({ maxRecords, maxWaitMs }: Consumer) {
  return { batchSize: maxRecords, window: maxWaitMs / 1000 }
}

export type Checkpoints = Map<string, string>

/** Lambda keeps the place of each mapping, whatever becomes of the function. */
function checkpointsOf(all: Checkpoints, consumer: string) {
  const key = (shardId: string) => `${consumer} ${shardId}`
  return {
    get: (shardId: string) => all.get(key(shardId)),
    set: (shardId: string, sequence: string) => void all.set(key(shardId), sequence),
  }
}
