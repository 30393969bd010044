import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StorageError } from '../../error/storage-error'
import { columns } from '../../event/columns'
import type { Archive } from '../archive'
import type { ChangeBatch } from '../change-feed'
import { translated } from './database'
import { type Duck, duckTypes, literal } from './duck'
import type { SegmentBatch } from './follower'
import { encodeSegments, type Segment } from './segment'

/** Writes segments to Parquet without decoding them: DuckDB reads their frames as they are. */
export async function openArchive(options: { folder: string; duck: Duck }): Promise<Archive> {
  const { folder, duck } = options
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
      await connection.run(copyStatement(input, output, Math.max(...segments.map(longestOf))))
    } finally {
      connection.closeSync()
      await rm(input, { force: true })
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

const longestOf = ({ longest }: Segment) => longest

function segmentsOf(batch: ChangeBatch): readonly Segment[] {
  return 'segments' in batch
    ? (batch as SegmentBatch).segments
    : [...encodeSegments(batch.records())]
}

function byPartition(segments: readonly Segment[]): Map<string, Segment[]> {
  return Map.groupBy(segments, ({ partition }) => partition)
}

/** Everything of a record but `raw`, which stands beside it in the line. */
const recordType = structure(columns.filter(({ name }) => name !== 'raw'))

function structure(list: typeof columns): string {
  const type: Record<string, unknown> = {}
  for (const { from, type: kind } of list) {
    const [outer, inner] = from
    const shape = kind === 'strings' ? ['VARCHAR'] : duckTypes[kind]
    if (inner === undefined) type[outer] = shape
    else type[outer] = { ...(type[outer] as object | undefined), [inner]: shape }
  }
  return JSON.stringify(type)
}

function copyStatement(input: string, output: string, longest: number): string {
  const selected = columns.map(({ name, from }) => {
    const source = name === 'raw' ? 'raw' : `r."${from.join('"."')}"`
    return `${source} AS ${name}`
  })
  // The reader's own default line limit is 2 MB; ours follows what the batch really holds.
  const limit = Math.max(2 * 1024 * 1024, longest)
  return `COPY (
    SELECT ${selected.join(', ')} FROM (
      SELECT json_transform(line, ${literal(recordType)}) AS r, raw
      FROM read_csv(${literal(input)}, compression = 'zstd', auto_detect = false, header = false,
        delim = '\t', quote = '', escape = '', max_line_size = ${limit},
        columns = { line: 'VARCHAR', raw: 'VARCHAR' })))
    -- Level 1 writes files no larger than level 3 at half the time (bench/README.md).
    TO ${literal(output)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`
}

/** A file, or the folder that names it, to the disk. */
async function sync(path: string) {
  await using handle = await open(path, 'r')
  await handle.sync()
}
