import { retentionClasses } from '../../../event/record'
import type { BlobStore } from '../../blob-store'
import type { DrainQueue } from './queue'
import { foldersThatWait, type WaitingFolder } from './waiting'
import type { Work } from './work'

interface Needs {
  blobs: Pick<BlobStore, 'list'>
  /** The bucket of the lake, where records lie that could not be written as Parquet. */
  lake?: Pick<BlobStore, 'list'> | undefined
  queue: DrainQueue
  now: Date
  /** Spilled requests lie below this, in so many lanes. */
  spill: string
  lanes: number
  /** Batches of the stream that were given up lie below this, by mapping and shard. */
  batches: string
  /** Single changes that were set aside, and what is no batch, lie below this. */
  changes: string
  /** Records that could not be converted lie below this in the lake, by class. */
  unconverted?: string
}

/** So much waits: at least, where folders are fuller than a list. */
export interface Waits {
  count: number
  /** The oldest has waited for so many seconds; 0 where nothing waits. */
  seconds: number
}

/**
 * Finds everything that was put aside, hands out the work that it is, and tells how much it is. Nothing is handed out
 * while as much waits in the queue that every lane has its turn twice: workers send what they leave again.
 * @throws {StorageError}
 */
export async function handOut(needs: Needs): Promise<Waits> {
  const { blobs, lake, queue, now, lanes } = needs
  const [spilled, batches, changes, records] = await Promise.all([
    foldersThatWait(blobs, { prefix: needs.spill, steps: 1 }),
    foldersThatWait(blobs, { prefix: needs.batches, steps: 2 }),
    foldersThatWait(blobs, { prefix: needs.changes, steps: 1 }),
    lake && needs.unconverted
      ? foldersThatWait(lake, { prefix: needs.unconverted, steps: 1 })
      : ([] as WaitingFolder[]),
  ])
  const work: Work[] = [
    ...spilled.map(({ prefix }): Work => ({ of: 'spill', lane: nameOf(prefix) })),
    ...batches.map(({ prefix }): Work => ({ of: 'batches', prefix })),
    ...(changes.length > 0 ? [{ of: 'changes' } as const] : []),
    ...records.flatMap(({ prefix }): Work[] => {
      const retentionClass = retentionClasses.find((name) => name === nameOf(prefix))
      return retentionClass === undefined ? [] : [{ of: 'records', retentionClass }]
    }),
  ]
  if (work.length > 0 && (await queue.depth()) < 2 * lanes) await queue.send(work)
  return waitsIn([...spilled, ...batches, ...changes, ...records], now)
}

/** Returns the last step of a folder: a lane, a class. */
function nameOf(prefix: string): string {
  return prefix.split('/').at(-2)!
}

function waitsIn(folders: readonly WaitingFolder[], now: Date): Waits {
  const count = folders.reduce((sum, one) => sum + one.count, 0)
  if (count === 0) return { count, seconds: 0 }
  const oldest = folders.reduce((least, one) => Math.min(least, one.oldest), now.getTime())
  return { count, seconds: Math.round((now.getTime() - oldest) / 1000) }
}
