import type { Live } from './live'

/**
 * Takes a place for each subscriber, where others have subscribers of the same tenant.
 * @param take throws `busy` when there is none; the place is left when the subscription ends
 */
export function placed(live: Live, take: (tenantId: string) => Promise<Disposable>): Live {
  return {
    ...live,
    async subscribe(subscription) {
      const place = await take(subscription.principal.tenantId)
      let isHeld = true
      function leave() {
        if (isHeld) place[Symbol.dispose]()
        isHeld = false
      }
      const { sink } = subscription
      const ending = {
        ...sink,
        end(reason: Parameters<typeof sink.end>[0]) {
          leave()
          sink.end(reason)
        },
      }
      try {
        const subscriber = await live.subscribe({ ...subscription, sink: ending })
        return {
          get from() {
            return subscriber.from
          },
          id: subscriber.id,
          update: (condition) => subscriber.update(condition),
          ready: () => subscriber.ready(),
          [Symbol.dispose]() {
            leave()
            subscriber[Symbol.dispose]()
          },
        }
      } catch (error) {
        leave()
        throw error
      }
    },
  }
}
