import type { LiveFeed, StoredRecord } from '../../src/platform/live-feed'

/**
 * A feed as one over a network is: its pages come some turns after they were read, and so do the
 * records that it tells of, in their order.
 * @param turns draws how many
 */
export function lateFeed(feed: LiveFeed, turns: () => number): LiveFeed {
  async function late() {
    for (let left = turns(); left > 0; left -= 1) await new Promise(setImmediate)
  }
  return {
    ...feed,
    async read(...request) {
      const page = await feed.read(...request)
      await late()
      return page
    },
    async follow(tenantId, listener) {
      let told = Promise.resolve()
      let isEnded = false
      const following = await feed.follow(tenantId, (stored: readonly StoredRecord[]) => {
        told = told.then(late).then(() => {
          if (!isEnded) listener(stored)
        })
      })
      await late()
      return {
        from: following.from,
        async [Symbol.asyncDispose]() {
          isEnded = true
          await following[Symbol.asyncDispose]()
        },
      }
    },
  }
}
