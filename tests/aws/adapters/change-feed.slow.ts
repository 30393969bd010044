import { setDefaultTimeout } from 'bun:test'
import { createEventStore } from '../../../src/platform/aws/event-store'
import { systemClock as clock } from '../../../src/platform/clock'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { changeFeedContract } from '../../contracts/change-feed.contract'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { type Checkpoints, createFeed } from '../../support/aws/feed'
import { memoryBlobs } from '../../support/blobs'

// The emulator takes two seconds for six hundred events when it has a processor to itself.
setDefaultTimeout(240_000)

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
