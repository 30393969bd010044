import { mkdir, open, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StorageError } from '../../error/storage-error'
import type { Log } from '../../telemetry/log'
import type { Archive } from '../archive'
import type { ChangeBatch } from '../change-feed'
import { copyStatement } from './copy-statement'
import { translated } from './database'
import type { Duck } from './duck'
import type { SegmentBatch } from './follower'
import { encodeSegments, type Segment } from './segment'

/** Writes segments to Parquet without decoding them: DuckDB reads their frames as they are. */
export async function openArchive(options: {
  folder: string
  duck: Duck
  log: Log
}): Promise<Archive> {
  const { folder, duck, log } = options
  // Beside the lake, not in it: a rename within one file system, and no reader sees a half file.
  const staging = join(dirname(folder), 'staging')
  await rm(staging, { recursive: true, force: true })
  await mkdir(staging, { recursive: true })

  async function writePartition(id: string, partition: string, segments: readonly Segment[]) {
    const input = join(staging, `${id}.zst`)
    const output = join(staging, `${id}.parquet`)
    const place = join(folder, partition)
    await writeFile(input, Buffer.concat(segments.map(({ body }) => body)))
    const connection = await duck.connect()
    try {
      const copy = { input, output, segments }
      await connection.run(copyStatement(copy)).catch(async (error: Error) => {
        log.warn('a batch has a value that its column cannot hold; it is archived as null', {
          reason: error.message.split('\n')[0],
        })
        await connection.run(copyStatement({ ...copy, isCareful: true }))
      })
    } finally {
      connection.closeSync()
      await unlink(input)
    }
    await sync(output)
    await mkdir(place, { recursive: true })
    await rename(output, join(place, `${id}.parquet`))
    await sync(place)
  }

  return {
    async write(batch: ChangeBatch) {
      try {
        for (const [partition, segments] of byPartition(segmentsOf(batch))) {
          await writePartition(batch.id, partition, segments)
        }
      } catch (error) {
        const known = translated('archiving events', error)
        if (known instanceof StorageError) throw known
        throw new StorageError(`archiving events: ${(error as Error).message}`, {
          isRetriable: true,
          cause: error,
        })
      }
    },

    async [Symbol.asyncDispose]() {
      await rm(staging, { recursive: true, force: true })
    },
  }
}

function segmentsOf(batch: ChangeBatch): readonly Segment[] {
  return 'segments' in batch
    ? (batch as SegmentBatch).segments
    : [...encodeSegments(batch.records())]
}

function byPartition(segments: readonly Segment[]): Map<string, Segment[]> {
  return Map.groupBy(segments, ({ partition }) => partition)
}

/** A file, or the folder that names it, to the disk. */
async function sync(path: string) {
  await using handle = await open(path, 'r')
  await handle.sync()
}
