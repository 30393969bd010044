import { setDefaultTimeout } from 'bun:test'
import type { LiveFeed } from '../../../src/platform/live-feed'
import { liveFeedContract } from '../../contracts/live-feed.contract'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { createFeed } from '../../support/aws/feed'
import { openLiveParts } from '../../support/aws/live'
import { aRunningClock } from '../../support/clock'

// The emulator takes two seconds for six hundred events when it has a processor to itself.
setDefaultTimeout(240_000)

liveFeedContract('The live log in DynamoDB', { isExact: false }, async () => {
  const client = await aDynamoDbClient()
  const eventsTable = await freshTable(client, 'events')
  const liveTable = await freshTable(client, 'live')
  const clock = aRunningClock()
  const { events, consumer, feed } = await openLiveParts({
    client,
    eventsTable,
    liveTable,
    clock,
  })
  const changes = await createFeed(client, eventsTable, new Map())
  const follower = changes.follow(consumer)
  const { live, caughtUp } = noting(feed)
  return {
    events,
    live,
    async settle() {
      await follower.drain()
      await caughtUp()
    },
    async [Symbol.asyncDispose]() {
      await follower[Symbol.asyncDispose]()
      client.destroy()
    },
  }
})

/** The same feed, of whose followers it is known how far they are. */
function noting(feed: LiveFeed) {
  const followers = new Set<{ tenantId: string; at: string }>()

  async function follow(...[tenantId, listener]: Parameters<LiveFeed['follow']>) {
    const follower = { tenantId, at: '' }
    const following = await feed.follow(tenantId, (stored) => {
      listener(stored)
      follower.at = stored.at(-1)!.position()
    })
    follower.at = following.from
    followers.add(follower)
    return {
      from: following.from,
      async [Symbol.asyncDispose]() {
        followers.delete(follower)
        await following[Symbol.asyncDispose]()
      },
    }
  }

  return {
    live: { ...feed, follow },
    async caughtUp() {
      for (const follower of followers) {
        const end = await feed.end(follower.tenantId)
        while (feed.order(follower.tenantId, follower.at, end) < 0) await Bun.sleep(10)
      }
    },
  }
}
