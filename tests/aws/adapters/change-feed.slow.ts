import { setDefaultTimeout } from 'bun:test'
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { createStreamHandler } from '../../../src/platform/aws/change-feed'
import { createEventStore } from '../../../src/platform/aws/event-store'
import { createItems } from '../../../src/platform/aws/events/item'
import type { ChangeFeed, Consumer, Follower } from '../../../src/platform/change-feed'
import { systemClock as clock } from '../../../src/platform/clock'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { silentLog } from '../../../src/telemetry/log'
import { pollStream, type StreamMapping } from '../../../tools/aws-local/stream-poller'
import { changeFeedContract } from '../../contracts/change-feed.contract'
import { aDynamoDbClient, dynamoDbSettings, freshTable } from '../../support/aws/emulators'
import { memoryBlobs } from '../../support/blobs'

// As a deployment has them, but for ever: a test says itself when it has seen enough failures.
const mapping = {
  retries: -1,
  maximumAge: -1,
  bisects: true,
  reportsItemFailures: true,
  startingPosition: 'TRIM_HORIZON' as const,
  patterns: [JSON.stringify({ eventName: ['INSERT'] })],
} satisfies Partial<StreamMapping>

/** The stream of a table as a feed: each consumer has a mapping, and a handler, of its own. */
async function createFeed(client: DynamoDBClient, table: string, checkpoints: Checkpoints) {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }))
  const blobs = memoryBlobs()
  const { toRecord: recordOf } = createItems({ indexes: [], blobs })

  function follow(consumer: Consumer): Follower {
    let failed = failing()
    const handle = createStreamHandler({
      recordOf,
      consumers: [{ ...consumer, handle: (batch) => consumer.handle(batch).catch(note) }],
      blobs,
      log: silentLog,
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

  return { follow, lag } satisfies ChangeFeed
}

const settings = await dynamoDbSettings()
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

type Checkpoints = Map<string, string>

/** Lambda keeps the place of each mapping, whatever becomes of the function. */
function checkpointsOf(all: Checkpoints, consumer: string) {
  const key = (shardId: string) => `${consumer} ${shardId}`
  return {
    get: (shardId: string) => all.get(key(shardId)),
    set: (shardId: string, sequence: string) => void all.set(key(shardId), sequence),
  }
}

// The emulator takes two seconds for six hundred events when it has a processor to itself.
setDefaultTimeout(30_000)

changeFeedContract(
  'DynamoDB Streams',
  { isOrdered: false, tellsLag: false, isExact: false },
  async () => {
    const client = await aDynamoDbClient()
    const table = await freshTable(client, 'events')
    const checkpoints: Checkpoints = new Map()
    return {
      async open() {
        const tokens = async () => createTokenSigner(new Uint8Array(32))
        const events = createEventStore({
          client,
          table,
          indexes: ['time'],
          blobs: memoryBlobs(),
          tokens,
          clock,
        })
        return { events, changes: await createFeed(client, table, checkpoints), async close() {} }
      },
      async [Symbol.asyncDispose]() {},
    }
  },
)
