import type { Consumer } from '../platform/change-feed'
import type { Trees } from '../platform/trees'

// Beyond so many, the newest records are no longer in memory, and decoding costs more than all hashes.
const MAX_RECORDS = 2048
const MAX_BYTES = 8 * 1024 * 1024
// A proof is promised within 20 s of its event. Each batch is a durable write or three.
const MAX_WAIT_MS = 8000

/** Puts every stored record into the tree of its tenant and hour. */
export function createTreesConsumer({ trees }: { trees: Pick<Trees, 'add'> }): Consumer {
  return {
    name: 'trees',
    maxRecords: MAX_RECORDS,
    maxBytes: MAX_BYTES,
    maxWaitMs: MAX_WAIT_MS,
    isExact: true,
    // By the next start, all that was stored before is proven.
    drainsAtStop: true,
    handle: (batch) => trees.add(batch),
  }
}
