import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StorageError } from '../../error/storage-error'
import type { Log } from '../../telemetry/log'
import type { Archive } from '../archive'
import type { ChangeBatch } from '../change-feed'
import type { SegmentBatch } from './log/follower'
import { encodeSegments, type Segment } from './log/segment'
import type { FiledSegment } from './log/segment-file'
import type { ArchiveJob } from './parquet/archive-job'
import type { ArchiveAnswer } from './parquet/archive-worker'

/**
 * Writes segments to Parquet without decoding them: DuckDB reads their frames as they are. All of it
 * happens on a thread of its own, down to the deleting of files: each step takes tens of milliseconds
 * that requests would wait.
 */
export function openArchive({ folder, log }: { folder: string; log: Log }): Archive {
  // Beside the lake, not in it: a rename within one file system, and no reader sees a half file.
  const staging = join(dirname(folder), 'staging')
  rmSync(staging, { recursive: true, force: true })
  mkdirSync(staging, { recursive: true })
  let worker: Worker | undefined

  /** One at a time: a follower hands over its next batch when this one is done. */
  async function run(job: ArchiveJob): Promise<ArchiveAnswer> {
    worker ??= new Worker(new URL('./parquet/archive-worker.ts', import.meta.url))
    const { promise, resolve } = Promise.withResolvers<ArchiveAnswer>()
    worker.onmessage = ({ data }: MessageEvent<ArchiveAnswer>) => resolve(data)
    worker.onerror = ({ message }) => {
      worker = undefined
      resolve({ failure: message })
    }
    worker.postMessage(job)
    return promise
  }

  return {
    async write(batch) {
      for (const [partition, segments] of byPartition(batch)) {
        const { failure, warning } = await run({
          id: batch.id,
          folder,
          staging,
          partition,
          longest: Math.max(...segments.map(({ longest }) => longest)),
          isEscaped: segments.some(({ isEscaped }) => isEscaped),
          source: sourceOf(segments),
        })
        if (warning) log.warn(`batch ${batch.id}: ${warning}`)
        if (failure === undefined) continue
        throw new StorageError(`archiving events: ${failure}`, { isRetriable: true })
      }
    },

    async [Symbol.asyncDispose]() {
      worker?.terminate()
      rmSync(staging, { recursive: true, force: true })
    },
  }
}

type AnySegment = Segment | FiledSegment

function byPartition(batch: ChangeBatch): Map<string, AnySegment[]> {
  const segments: readonly AnySegment[] =
    'segments' in batch ? (batch as SegmentBatch).segments : [...encodeSegments(batch.records())]
  return Map.groupBy(segments, ({ partition }) => partition)
}

/** Segments of the log are named, not copied: the worker reads them itself. */
function sourceOf(segments: readonly AnySegment[]): ArchiveJob['source'] {
  const filed = segments.filter((segment) => 'file' in segment)
  const [{ file } = { file: '' }] = filed
  if (filed.length > 0) return { file, firsts: filed.map(({ first }) => first) }
  return { bodies: segments.flatMap((segment) => ('body' in segment ? [segment.body] : [])) }
}
