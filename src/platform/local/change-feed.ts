import type { Log } from '../../telemetry/log'
import type { ChangeFeed, Consumer, Follower } from '../change-feed'
import type { Clock } from '../clock'
import type { Cursors } from './log/cursors'
import type { EventLog } from './log/event-log'
import { follow } from './log/follower'

/** The log itself is the feed: each consumer follows it with a durable cursor of its own. */
export function createChangeFeed(parts: {
  log: EventLog
  cursors: Cursors
  clock: Clock
  telemetry: Log
}): ChangeFeed {
  const followers = new Map<string, Follower>()
  const lags = () => [...followers].map(([consumer, one]) => ({ consumer, ...one.lag() }))

  return {
    follow(consumer: Consumer): Follower {
      if (followers.has(consumer.name)) throw new Error(`${consumer.name} is followed already`)
      const follower = follow(parts, consumer)
      followers.set(consumer.name, follower)
      return {
        ...follower,
        async [Symbol.asyncDispose]() {
          await follower[Symbol.asyncDispose]()
          followers.delete(consumer.name)
        },
      }
    },

    lag() {
      const [furthest] = lags().sort((a, b) => b.ageMs - a.ageMs || b.records - a.records)
      return furthest ?? { records: 0, ageMs: 0 }
    },

    lags,
  }
}
