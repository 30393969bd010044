import type { AppendOutcome, EventStore } from '../../../src/platform/event-store'
import { assumed } from '../load'
import { createBucket } from './bucket'
import type { VirtualTime } from './virtual-time'

/** This is the table of events, as far as a sender can see it. */
export type Table = Pick<EventStore, 'append'>

const STORED: AppendOutcome = { kind: 'stored' }
const THROTTLED: AppendOutcome = { kind: 'throttled' }

// An index has one write an event, and takes as many as its table: so the table says all. A tenth of a second is saved up: DynamoDB keeps more ("burst capacity"), and promises none.
const SAVED_UP = 0.1

/**
 * Makes a table that takes so many write units a second, whoever writes.
 * @param writesPerEvent units
 */
export function createTable(
  time: VirtualTime,
  writesPerSecond: number,
  writesPerEvent: number,
): Table {
  const units = createBucket(time.now, writesPerSecond, writesPerSecond * SAVED_UP)
  return {
    async append(records) {
      await time.wait(assumed.apiCallMs)
      return records.map(() => (units.take(writesPerEvent) ? STORED : THROTTLED))
    },
  }
}
