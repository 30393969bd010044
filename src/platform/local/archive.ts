import { existsSync, readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StorageError } from '../../error/storage-error'
import type { RetentionClass } from '../../event/record'
import type { Log } from '../../telemetry/log'
import type { Archive } from '../archive'
import type { ChangeBatch } from '../change-feed'
import type { ArchiveTrouble } from '../platform'
import { folderOf } from '../shared/lake-layout'
import { type AggregatesOptions, createFollower, type Follower } from './aggregates/follower'
import { createEraser } from './archive/erase'
import { gapsOf, type Placed } from './archive/parts'
import { openStaging } from './archive/staging'
import { createPartWriter } from './archive/writer'
import { translated } from './database'
import { LAKE_FOLDER_MODE, makeDurableFolder, sync } from './durable-files'
import type { SegmentBatch } from './log/follower'
import { columnsOfLines } from './log/line'
import { encodeSegments, type Segment } from './log/segment'
import type { FiledSegment } from './log/segment-file'
import { type ArchiveChild, createArchiveChild } from './parquet/archive-child'
import { finish } from './settle/journal'
import { createLock, type Lock } from './settle/lock'
import { readManifest } from './settle/manifest'

export interface LocalArchive extends Archive {
  erase: NonNullable<Archive['erase']>
  files: NonNullable<Archive['files']>
  /** Tells the state of the archive, for `/ready`. */
  state(): ArchiveTrouble
  /** Settling the lake needs what the archive works with. */
  workshop: {
    child: ArchiveChild
    /** Files of a partition are written, or exchanged for others. */
    placing: Lock
    /** Files that are there are written anew. */
    reworking: Lock
    /** Counts what is in the lake. Absent where nobody asks. */
    follower?: Follower | undefined
  }
}

/**
 * Writes segments to Parquet without decoding them: DuckDB reads their frames as they are, in a
 * process of its own. A file is named after the batch and which of its records it holds: a batch that
 * comes again goes on where it was, however it was cut, and no record is ever in two files.
 */
export function openArchive(options: {
  folder: string
  log: Log
  aggregates?: AggregatesOptions | undefined
}): LocalArchive {
  const { folder, log, aggregates } = options
  // Staging is beside the lake: a rename within one file system, and no reader sees a half file.
  const staging = openStaging(join(dirname(folder), 'staging'))
  const refused = join(dirname(folder), 'refused')
  const child = createArchiveChild()
  const placing = createLock()
  const reworking = createLock()
  const writer = createPartWriter({ folder, refused, staging, child, log })
  const spillTo = join(dirname(folder), 'counting')
  const follower =
    aggregates && createFollower({ ...aggregates, ...{ folder, spillTo, child, placing, log } })
  const erase = createEraser({ folder, refused, child, placing, follower })
  const writing = new Set<Promise<void>>()
  let refusedFiles = countFiles(refused)
  let lakeFiles = countSome(folder)
  let waitingFor: string | undefined

  async function writePartition(id: string, where: string, segments: readonly Placed[]) {
    const partition = folderOf(where.split('/'))
    const place = join(folder, partition)
    const total = segments.reduce((sum, { count }) => sum + count, 0)
    await makeDurableFolder(place, LAKE_FOLDER_MODE)
    const done = [
      ...(await rangesIn(place, id, total)),
      ...(await rangesIn(join(refused, partition), id, total)),
      // A file that is settled meanwhile is named there before it goes.
      ...rangesOf(await settledOf(folder, where), id, total),
    ]
    for (let [gap] = gapsOf(total, done); gap !== undefined; [gap] = gapsOf(total, done)) {
      const range = await writer.write({ id, partition, segments }, gap)
      if (range === undefined) continue
      done.push([range.from, range.to])
      if (range.isSetAside) refusedFiles += 1
      else lakeFiles = Math.min(MOST_COUNTED, lakeFiles + 1)
      waitingFor = undefined
    }
    await sync(place)
    const [retentionClass, day] = where.split('/') as [RetentionClass, string]
    await follower?.follow({ retentionClass, day })
  }

  async function write(batch: ChangeBatch) {
    for (const [partition, segments] of byPartition(batch)) {
      await staging.make()
      const placed: Placed[] = []
      for (const [place, segment] of segments.entries()) {
        const { count, longest, isEscaped, unpacked } = segment
        const source = await staging.sourceOf(segment, place)
        const lines = columnsOfLines('columns' in segment ? segment.columns : undefined)
        placed.push({ count, longest, isEscaped, unpacked, source, lines })
      }
      await placing.run(() => writePartition(batch.id, partition, placed))
    }
  }

  async function writeWhole(batch: ChangeBatch) {
    try {
      await write(batch)
      waitingFor = undefined
    } catch (error) {
      const reason = (error as Error).message
      // Reasons are compared without numbers, so that a disk that fills byte by byte is told of
      // once.
      if (withoutNumbers(reason) !== withoutNumbers(waitingFor)) {
        log.warn('the archive waits; events are taken and stored until it goes on', { reason })
      }
      waitingFor = reason
      throw new StorageError(`archiving events: ${reason}`, { isRetriable: true, cause: error })
    } finally {
      await staging.clear()
    }
  }

  return {
    files: () => lakeFiles,
    workshop: { child, placing, reworking, follower },
    state: () => ({ waitingFor, setAside: refusedFiles }),

    async write(batch) {
      const own = writeWhole(batch)
      writing.add(own)
      await own.finally(() => writing.delete(own))
    },

    async erase(tenantId, erasure) {
      // A write in hand may have read what was in the log before.
      await Promise.allSettled(writing)
      return reworking.run(async () => {
        // New files that are not in their place yet hold people, too.
        await placing
          .run(() => finish(folder, follower))
          .catch((error: unknown) => {
            throw translated('erasing from the lake', error)
          })
        return erase(tenantId, erasure)
      })
    },

    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]()
      await staging.clear()
    },
  }
}

type AnySegment = Segment | FiledSegment

/** Tells a batch of our own log, whose segments are copied as they are, from one of its records. */
function hasSegments(batch: ChangeBatch): batch is SegmentBatch {
  return 'segments' in batch
}

function byPartition(batch: ChangeBatch): Map<string, AnySegment[]> {
  const segments: readonly AnySegment[] = hasSegments(batch)
    ? batch.segments
    : [...encodeSegments(batch.records())]
  return Map.groupBy(segments, ({ partition }) => partition)
}

/**
 * Finds which of a batch's records a folder's files hold. A file of an earlier version holds all.
 */
async function rangesIn(folder: string, id: string, total: number): Promise<[number, number][]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return rangesOf(names, id, total)
}

function rangesOf(names: readonly string[], id: string, total: number): [number, number][] {
  return names.flatMap((name): [number, number][] => {
    if (!name.startsWith(id)) return []
    if (name === `${id}.parquet`) return [[0, total]]
    const range = /^-(\d+)-(\d+)z?\.(parquet|json)$/.exec(name.slice(id.length))
    return range ? [[Number(range[1]), Number(range[2])]] : []
  })
}

/** Lists the files of a partition that are settled: they are gone, and their batches may come again. */
async function settledOf(folder: string, partition: string): Promise<readonly string[]> {
  const [retentionClass, day, hour] = partition.split('/') as [RetentionClass, string, string]
  const manifest = await readManifest(folder, { retentionClass, day })
  return manifest?.landed[`hour=${hour}`] ?? []
}

// `Archive.files` counts so far: of a large lake that is one folder.
const MOST_COUNTED = 10

function countSome(folder: string): number {
  if (!existsSync(folder)) return 0
  let count = 0
  for (const _ of new Bun.Glob('*/*/*/*.parquet').scanSync(folder)) {
    count += 1
    if (count === MOST_COUNTED) break
  }
  return count
}

function countFiles(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true }).filter((name) => `${name}`.endsWith('.json'))
      .length
  } catch {
    return 0
  }
}

function withoutNumbers(text: string | undefined): string | undefined {
  return text?.replace(/[\d.]+/g, '#')
}
