import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../../../error/storage-error'
import { lackOfRoom } from '../disk-room'
import type { ArchiveChild } from '../parquet/archive-child'
import type { Exchanging } from './exchange-for-readers'
import type { Settled, SettleJob } from './jobs/job'
import type { LakeFile } from './places'

// A run is sorted in memory at once: so many rows of a kilobyte are 64 MB, and half of that once more
// for their columns. A busy server has a run in an hour.
const RUN = { rows: 65_536, bytes: 64 * 1024 * 1024 }
// Smaller runs would be many row groups of a few rows each: then rows stay as they are.
const LEAST_ROWS = 2048
// One job looks at so many files: minutes of a busy server are a run in 90 of them.
const FILES_AT_ONCE = 128

/** Sizes decide how files are dealt with. */
export interface Sizes {
  /** Fewer files of an hour stay as they are. */
  leastFiles: number
  /** A smaller file that was settled or joined is sorted again with what landed later. */
  smallBytes: number
}

export const usualSizes: Sizes = {
  // A query opens so many files in some milliseconds: to write them anew would cost more than it saves.
  leastFiles: 8,
  smallBytes: 8 * 1024 * 1024,
}

/** Somebody else wants to change the lake: the day is settled later. */
export class Interrupted extends Error {}

export interface Settling extends Exchanging {
  child: ArchiveChild
  sizes: Sizes
  /** The work in hand should stop, if it can. */
  isUnwanted(): boolean
  /** It is told of each step. */
  step(name: string): void
}

/** Sorts landed files into runs, by jobs of the process that archives. */
export function createSorter({ child, isUnwanted, step }: Settling) {
  async function run<Step extends SettleJob>(job: Step): Promise<Settled | 'memory'> {
    if (isUnwanted()) throw new Interrupted()
    const outcome = await child.run(job)
    step(job.step)
    if (outcome.kind === 'memory') return 'memory'
    if ('reason' in outcome) {
      const isRetriable = outcome.kind !== 'refused'
      throw new StorageError(outcome.reason, { isRetriable })
    }
    return outcome
  }

  /** Sorts the rows of some files into runs. */
  async function sort(files: readonly LakeFile[], place: string, staging: string) {
    const runs: string[] = []
    let most = RUN
    let isSorted = true
    let rows = 0
    let skip = 0
    for (let at = 0; at < files.length; ) {
      const output = join(place, `${runs.length}.parquet`)
      const some = files.slice(at, at + FILES_AT_ONCE).map(({ path }) => path)
      const job = { kind: 'settle', step: 'sort', staging, files: some, skip, output } as const
      const answer = await run({ ...job, most, isSorted })
      if (answer === 'memory') {
        if (!isSorted)
          throw new StorageError('a file needs more memory than there is', { isRetriable: true })
        // Long events: fewer at a time.
        isSorted = most.rows > LEAST_ROWS
        most = isSorted ? { rows: most.rows / 2, bytes: most.bytes / 2 } : RUN
        continue
      }
      if (answer.kind !== 'sorted') throw new Error(`sorting was answered by ${answer.kind}`)
      at += answer.files
      skip = answer.skip
      rows += answer.rows
      isSorted = true
      if (answer.rows > 0) runs.push(output)
    }
    return { runs, rows }
  }

  return { run, sort }
}

// The runs are as large as what they are made of, and so are the files that they are joined to.
const ROOM_PART = 2.25
const ROOM_LEAST = 1024 * 1024

/** @throws {StorageError} when there is no room for what is made of these files */
export async function checkRoom(staging: string, files: readonly LakeFile[]) {
  let bytes = 0
  for (const { path } of files) bytes += (await stat(path)).size
  const lack = await lackOfRoom(staging, bytes * ROOM_PART + ROOM_LEAST)
  if (lack !== undefined) throw new StorageError(lack.reason, { isRetriable: true })
}
