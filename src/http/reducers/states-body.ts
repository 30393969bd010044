import type { Sink } from '../../live/live'
import { createStateChanges, LOOK_MS, type StateChange } from '../../reducers/reading/changes'
import type { Followed } from '../../reducers/reading/followed'
import { messageText } from '../live/message'
import { createNewsBody, type NewsBody, namedText } from '../live/news-body'

export interface StatesBodyOptions extends Followed {
  ended(): void
  maxMs?: number | undefined
  /** So many keys are followed at most. */
  most: number
}

/** It is the other end of a subscription, and the body of an answer, in which states take each other's place. */
export interface StatesBody extends Pick<NewsBody, 'body' | 'begin'>, Disposable {
  sink: Sink
}

/** Makes the body of an answer of states as they change. */
export function createStatesBody({
  ended,
  maxMs,
  most,
  ...followed
}: StatesBodyOptions): StatesBody {
  const changes = createStateChanges(followed, most)
  const news = createNewsBody({
    ...{ everyMs: LOOK_MS, maxMs },
    async next(isEnding) {
      if (isEnding) return undefined
      const { changes: some } = await changes.next()
      return some.map(textOf).join('') || undefined
    },
    ended() {
      changes[Symbol.dispose]()
      ended()
    },
  })

  return {
    body: news.body,
    sink: {
      take(stored) {
        changes.tell(stored.record)
        return true
      },
      // States are what they are now, whatever was missed on the way.
      resync: changes.askAll,
      end: news.end,
    },
    begin(subscriber, retryText) {
      news.begin(subscriber, retryText)
      changes.askAll()
    },
    [Symbol.dispose]: news[Symbol.dispose],
  }
}

/** A state is a message without a name. */
function textOf({ type, ...rest }: StateChange): string {
  return type === 'gone' ? namedText(type, rest) : messageText({ data: JSON.stringify(rest) })
}
