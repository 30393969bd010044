import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../../telemetry/log'
import { LAKE_FOLDER_MODE, makeDurableFolder, sync } from '../durable-files'
import type { ArchiveChild, Outcome } from '../parquet/archive-child'
import type { ArchiveJob, SetAsideJob } from '../parquet/archive-job'
import { cutPart, type Part, type Placed } from './parts'
import type { Staging } from './staging'

/** A partition batch has the segments of a batch for one partition of the lake. */
export interface PartitionBatch {
  id: string
  partition: string
  segments: readonly Placed[]
}

export interface PartWriter {
  /**
   * Writes one file of the records from `gap.from` on, or of fewer than would fit.
   * @returns which records are done; undefined when the next call shall try with fewer records
   * @throws {Error} when it is worth waiting, with the reason
   */
  write(batch: PartitionBatch, gap: { from: number; to: number }): Promise<Dealt | undefined>
}

interface Dealt {
  from: number
  to: number
  isSetAside?: true
}

/**
 * The names of files end so whose times have a zone. Those of a former version do not, and a query
 * in another zone reads them apart.
 */
export const ZONED = 'z'

// A process that crashes so many times in a row over one record does so because of it.
const CRASHES = 3

// Parts double only after so many successes. Where memory is short it stays so: to double after
// each success would be a failure every other time.
const SUCCESSES = 4

// Smaller shares would be many small files on a disk that is nearly full: the archive waits for
// room.
const LEAST_SHARE = 1 / 64

/**
 * Writes parts, and cuts one that could not be written in two, until it can be or is a single
 * record. Only a record that DuckDB itself refuses is put beside the lake: a full disk and a dead
 * process say nothing against it.
 */
export function createPartWriter(options: {
  folder: string
  refused: string
  staging: Staging
  child: ArchiveChild
  log: Log
}): PartWriter {
  const { folder, refused, staging, child, log } = options
  /** A file may have so many records: fewer after a failure, more again after some successes. */
  let most = Number.POSITIVE_INFINITY
  let successes = 0
  let crashed = { name: '', times: 0 }

  async function run(job: ArchiveJob | SetAsideJob): Promise<Outcome> {
    await staging.make()
    const outcome = await child.run(job)
    // A process that has ended could not remove what it was making.
    if (outcome.kind === 'died') await staging.sweep()
    return outcome
  }

  async function putBeside(batch: PartitionBatch, part: Part, reason: string): Promise<Dealt> {
    const name = nameOf(batch, part)
    const place = join(refused, batch.partition)
    await makeDurableFolder(place, LAKE_FOLDER_MODE)
    const job = { kind: 'set-aside', name, place, staging: staging.path, reason } as const
    const { pieces, lines } = part
    const outcome = await run({ ...job, pieces, lines })
    if (outcome.kind !== 'written') throw new Error(outcome.reason)
    await sync(place)
    log.error('DuckDB refuses what is stored; it is kept beside the lake', {
      reason,
      eventId: outcome.eventId,
      file: join(place, `${name}.json`),
    })
    const { from, to } = part
    return { from, to, isSetAside: true }
  }

  function atMost(records: number) {
    most = records
    successes = 0
  }

  function succeeded() {
    successes += 1
    if (successes % SUCCESSES === 0) most *= 2
  }

  function isCrashedBy(name: string, outcome: Outcome): boolean {
    const isCrash = outcome.kind === 'broken' || (outcome.kind === 'died' && outcome.isCrash)
    if (!isCrash) return false
    crashed = { name, times: crashed.name === name ? crashed.times + 1 : 1 }
    return crashed.times >= CRASHES
  }

  return {
    async write(batch, { from, to }) {
      const part = cutPart(batch.segments, from, { records: most, to })
      const count = part.to - part.from
      const { pieces, lines, longest, unpacked, isEscaped } = part
      const name = nameOf(batch, part)
      const place = join(folder, batch.partition)
      const job = { pieces, longest, unpacked, isEscaped, lines }
      const outcome = await run({ kind: 'write', name, place, staging: staging.path, ...job })

      if (outcome.kind === 'written') {
        if (outcome.warning) log.warn(`batch ${batch.id}: ${outcome.warning}`)
        succeeded()
        return { from, to: part.to }
      }
      // It was moved to its place, and the process was killed before it could say so.
      if (outcome.kind === 'died' && existsSync(join(place, `${name}.parquet`))) {
        return { from, to: part.to }
      }
      const { reason } = outcome
      if (outcome.kind === 'waiting') throw new Error(reason)
      if (outcome.kind === 'room') {
        const fitting = Math.floor(count * outcome.share)
        if (fitting === 0 || outcome.share < LEAST_SHARE) throw new Error(reason)
        atMost(fitting)
        return undefined
      }
      if (outcome.kind === 'damaged') {
        return putBeside(batch, pieceOf(part, outcome.piece), reason)
      }
      if (count > 1) {
        log.warn(`batch ${batch.id}: ${count} records are cut in two`, { reason })
        atMost(Math.ceil(count / 2))
        return undefined
      }
      if (outcome.kind === 'refused' || isCrashedBy(name, outcome)) {
        const dealt = await putBeside(batch, part, reason)
        // This record was the cause, so there is no reason to go on with few.
        atMost(Number.POSITIVE_INFINITY)
        return dealt
      }
      throw new Error(reason)
    },
  }
}

function nameOf({ id }: PartitionBatch, { from, to }: Part): string {
  return `${id}-${from}-${to}${ZONED}`
}

/** Makes one piece of a part a part of its own. */
function pieceOf(part: Part, place: number): Part {
  const lengths = part.pieces.map(({ from, to }) => to - from)
  const from = lengths.slice(0, place).reduce((sum, length) => sum + length, part.from)
  return { ...part, from, to: from + lengths[place]!, pieces: [part.pieces[place]!] }
}
