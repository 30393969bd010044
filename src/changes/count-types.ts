import type { Consumer } from '../platform/change-feed'
import type { StoredTypes } from '../platform/type-counts'

// The counts of so many events are one write a type; a batch of the stream has no more.
const MAX_RECORDS = 1000
const MAX_BYTES = 8 * 1024 * 1024
const MAX_WAIT_MS = 1000

/** Counts every stored event by its type; entities are no events. */
export function createTypeCounting({ storedTypes }: { storedTypes: StoredTypes }): Consumer {
  return {
    name: 'types',
    maxRecords: MAX_RECORDS,
    maxBytes: MAX_BYTES,
    maxWaitMs: MAX_WAIT_MS,
    async handle(batch) {
      await storedTypes.count(batch.records().filter(({ kind }) => kind === 'event'))
    },
  }
}
