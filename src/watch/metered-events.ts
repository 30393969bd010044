import { AppError } from '../error/app-error'
import type { EventStore } from '../platform/event-store'
import type { Meter } from './meter'

/** Measures what is written to an event store. */
export function meteredEvents(events: EventStore, meter: Pick<Meter, 'inserted'>): EventStore {
  return {
    ...events,
    async append(...given) {
      const begun = performance.now()
      try {
        const outcomes = await events.append(...given)
        const isFull = outcomes.some(({ kind }) => kind === 'throttled')
        meter.inserted(performance.now() - begun, isFull ? 'failed' : 'done')
        return outcomes
      } catch (thrown) {
        // A body that is too large for the store is no failure of the store.
        const outcome = thrown instanceof AppError ? 'done' : 'failed'
        meter.inserted(performance.now() - begun, outcome)
        throw thrown
      }
    },
  }
}
