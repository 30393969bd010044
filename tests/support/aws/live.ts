import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createEventStore } from '../../../src/platform/aws/event-store'
import { createItems } from '../../../src/platform/aws/events/item'
import { createOutcomes } from '../../../src/platform/aws/events/outcomes'
import { createLiveConsumer } from '../../../src/platform/aws/live/consumer'
import { findLoggedIn } from '../../../src/platform/aws/live/events'
import { createLiveFeed } from '../../../src/platform/aws/live/feed'
import { createLiveLog } from '../../../src/platform/aws/live/log'
import type { Clock } from '../../../src/platform/clock'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { silentLog } from '../../../src/telemetry/log'
import { memoryBlobs } from '../blobs'

interface Opened {
  client: DynamoDBClient
  eventsTable: string
  liveTable: string
  clock: Clock
  blobs?: ReturnType<typeof memoryBlobs>
}

/** A hot store, the consumer that writes live logs, and the feed of those who read them. */
export async function openLiveParts(opened: Opened) {
  const { client, eventsTable, liveTable, clock, blobs = memoryBlobs() } = opened
  const tokens = async () => createTokenSigner(new Uint8Array(32))
  const liveLog = createLiveLog({ client, table: liveTable, clock })
  const events = { client, table: eventsTable }
  const items = createItems({ indexes: [], blobs })
  const outcomesOf = createOutcomes(events)
  const findLogged = findLoggedIn({ events, items, outcomesOf, clock })
  return {
    liveLog,
    events: createEventStore({ ...events, indexes: [], blobs, tokens, clock }),
    consumer: createLiveConsumer({ liveLog }),
    feed: await createLiveFeed({ liveLog, findLogged, tokens, log: silentLog, pollMs: 20 }),
  }
}
