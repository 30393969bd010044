import type { Archive } from '../platform/archive'
import type { Consumer } from '../platform/change-feed'
import type { Platform } from '../platform/platform'
import type { StatementStore } from '../platform/statement-store'
import type { Trees } from '../platform/trees'
import type { StoredTypes } from '../platform/type-counts'
import { createTypeCounting } from './count-types'
import { createFanOut, type FanOutNeeds } from './fan-out'
import { createStatementsConsumer } from './statements'
import { createTreesConsumer } from './trees'

// One Parquet file has so many records: large enough for good row groups (16,384 here), small
// enough that writing it takes a second.
const ARCHIVE_RECORDS = 65_536
// The usual events of one file are about that large together; of larger events a file holds fewer.
const ARCHIVE_BYTES = 128 * 1024 * 1024

// Whoever has just begun sees the first rows after two seconds, and the next after twice as long
// each time: some small files in the life of a lake.
const FIRST_WAIT_MS = 2000

interface ConsumerNeeds extends FanOutNeeds {
  statements: Pick<StatementStore, 'add' | 'held'>
  archive: Archive
  archiveFlushSeconds: number
  /** Without it, whoever stores an event counts it. */
  storedTypes?: StoredTypes | undefined
  /** Without them, no event is proven. */
  trees?: Pick<Trees, 'add'> | undefined
  /** Left out where reducers are off. */
  reducing?: { consumer: Consumer } | undefined
}

/** Lists every consumer of the change feed, on one machine and on AWS. */
export function consumersOf(needs: ConsumerNeeds): Consumer[] {
  const { storedTypes, trees, reducing } = needs
  return [
    ...[createArchiving(needs), createFanOut(needs), createStatementsConsumer(needs)],
    ...(storedTypes === undefined ? [] : [createTypeCounting({ storedTypes })]),
    ...(trees === undefined ? [] : [createTreesConsumer({ trees })]),
    ...(reducing === undefined ? [] : [reducing.consumer]),
  ]
}

export interface Consumers extends AsyncDisposable {
  /**
   * Resolves when all that was stored before the call is in the lake.
   * @throws {StorageError} when it could not be written there; it is tried again all the same
   */
  flush(): Promise<void>
}

/** Puts what is stored into the lake where no consumer follows the feed, and stops. */
export async function archiveStored({
  changes,
  archive,
}: Pick<Platform, 'changes' | 'archive'>): Promise<void> {
  await using follower = changes.follow(createArchiving({ archive, archiveFlushSeconds: 0 }))
  await follower.drain()
}

/** Puts what is stored into trees where no consumer follows the feed, and stops. */
export async function treeStored({
  changes,
  trees,
}: Pick<Platform, 'changes' | 'trees'>): Promise<void> {
  if (trees === undefined) return
  await using follower = changes.follow(createTreesConsumer({ trees }))
  await follower.drain()
}

/**
 * Starts every consumer on one machine. Disposing stops them; those that drain at a stop
 * (`drainsAtStop`) first handle everything that is stored.
 */
export function startConsumers(
  {
    changes,
    archive,
    registry,
    deliveries,
    statements,
    trees,
  }: Pick<Platform, 'changes' | 'archive' | 'registry' | 'deliveries' | 'statements' | 'trees'>,
  options: Omit<ConsumerNeeds, 'archive' | 'registry' | 'deliveries' | 'statements' | 'trees'>,
): Consumers {
  const { log } = options
  const followed = consumersOf({
    ...{ archive, registry, deliveries, statements, trees },
    ...options,
  }).map((consumer) => ({ consumer, follower: changes.follow(consumer) }))
  const draining = followed.filter(({ consumer }) => consumer.drainsAtStop)
  const others = followed.filter((one) => !draining.includes(one))
  return {
    async flush() {
      for (const { follower } of draining) await follower.drain()
    },

    async [Symbol.asyncDispose]() {
      for (const { follower } of others) await follower[Symbol.asyncDispose]()
      for (const { consumer, follower } of draining) {
        try {
          await follower.drain()
        } catch (error) {
          const reason = (error as Error).message
          log.error('a consumer has not had everything; the next start goes on', {
            consumer: consumer.name,
            reason,
          })
        }
        await follower[Symbol.asyncDispose]()
      }
    },
  }
}

/** Writes every stored record to the lake. */
function createArchiving({
  archive,
  archiveFlushSeconds,
}: Pick<ConsumerNeeds, 'archive' | 'archiveFlushSeconds'>): Consumer {
  return {
    name: 'archive',
    maxRecords: ARCHIVE_RECORDS,
    maxBytes: ARCHIVE_BYTES,
    get maxWaitMs() {
      const files = archive.files?.() ?? Number.POSITIVE_INFINITY
      return Math.min(archiveFlushSeconds * 1000, FIRST_WAIT_MS * 2 ** files)
    },
    isExact: true,
    // Records that were stored before a stop can be queried after it.
    drainsAtStop: true,
    handle: (batch) => archive.write(batch),
  }
}
