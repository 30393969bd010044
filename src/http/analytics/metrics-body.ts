import type { Tally, TallyNews } from '../../analytics/stream/tally'
import type { Sink, Subscriber } from '../../live/live'
import type { StoredRecord } from '../../platform/live-feed'
import { createNewsBody, type NewsBody } from '../live/news-body'

export interface MetricsBodyOptions {
  tally: Tally
  /** Tells whether an event is one of those that are counted. */
  isWanted(stored: StoredRecord): boolean
  write(news: TallyNews): string
  now(): Date
  ended(): void
  maxMs?: number | undefined
  /** News of one interval come so far apart. */
  everyMs?: number
}

/** It is the other end of a subscription, and the body of an answer, in which numbers take each other's place. */
export interface MetricsBody extends Pick<NewsBody, 'body' | 'begin'>, Disposable {
  sink: Sink
}

// Within five seconds of its arrival an event is told of; a second leaves time to all that comes before.
const EVERY_MS = 1000

/** Makes the body of an answer of what a tally has to tell. */
export function createMetricsBody(options: MetricsBodyOptions): MetricsBody {
  const { tally, isWanted, write, now, ended, maxMs, everyMs = EVERY_MS } = options
  let subscriber: Subscriber | undefined
  let isFull = false

  const news = createNewsBody({
    ...{ everyMs, maxMs },
    next() {
      const some = tally.news(now())
      return some && write(some)
    },
    taken(isEnding) {
      if (!isFull || isEnding) return
      isFull = false
      subscriber?.ready()
    },
    ended() {
      tally[Symbol.dispose]()
      ended()
    },
  })

  return {
    body: news.body,
    sink: {
      take(stored) {
        if (news.isOver() || news.isEnding() || !isWanted(stored)) return true
        isFull = !tally.add(stored)
        return !isFull
      },
      resync(reason, after) {
        tally.resume(after)
        news.say('resync', { reason })
      },
      end: news.end,
    },
    begin(given, retryText) {
      subscriber = given
      news.begin(given, retryText)
    },
    [Symbol.dispose]: news[Symbol.dispose],
  }
}
