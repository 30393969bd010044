import type { Archive } from '../platform/archive'
import type { Consumer, Follower } from '../platform/change-feed'
import type { Platform } from '../platform/platform'
import { createFanOut, type FanOutNeeds } from './fan-out'

// One Parquet file: large enough for good row groups (16,384 here), small enough that writing it takes
// a second.
const ARCHIVE_RECORDS = 65_536
// What so many usual events have; with larger ones a file holds fewer.
const ARCHIVE_BYTES = 128 * 1024 * 1024

/** Puts everything that follows from a stored event to work. */
export function startConsumers(
  platform: Platform,
  options: { archiveFlushSeconds: number; fanOut: Omit<FanOutNeeds, 'registry' | 'deliveries'> },
): Followers {
  const { changes, archive, registry, deliveries } = platform
  const archiving = changes.follow(createArchiving(archive, options))
  const fanningOut = changes.follow(createFanOut({ registry, deliveries, ...options.fanOut }))
  return {
    archiving,
    async [Symbol.asyncDispose]() {
      await fanningOut[Symbol.asyncDispose]()
      try {
        // What is stored now shall be queryable when we are gone.
        await archiving.drain()
      } catch (error) {
        const reason = (error as Error).message
        options.fanOut.log.error('not everything is archived; the next start goes on', { reason })
      }
      await archiving[Symbol.asyncDispose]()
    },
  }
}

/** Writes everything to the lake. */
export function createArchiving(
  archive: Archive,
  { archiveFlushSeconds }: { archiveFlushSeconds: number },
): Consumer {
  return {
    name: 'archive',
    maxRecords: ARCHIVE_RECORDS,
    maxBytes: ARCHIVE_BYTES,
    maxWaitMs: archiveFlushSeconds * 1000,
    isExact: true,
    handle: (batch) => archive.write(batch),
  }
}

export interface Followers extends AsyncDisposable {
  archiving: Follower
}
