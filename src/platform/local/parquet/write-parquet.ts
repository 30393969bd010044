import { chmod, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { lackOfRoom } from '../disk-room'
import { LAKE_FILE_MODE, sync } from '../durable-files'
import type { ArchiveJob, JobAnswer } from './archive-job'
import { copyStatement } from './copy-statement'
import type { Duck } from './duck'
import { duckFailure, otherFailure } from './failure'
import { type Bodies, countRecords, findDamage, openBodies, writeInput } from './job-input'

/** Makes the file in the staging folder and moves it to its place, durably, whole or not at all. */
export async function writeParquet(job: ArchiveJob, duck: Duck): Promise<JobAnswer> {
  using bodies = openBodies()
  const input = join(job.staging, `${job.name}.zst`)
  const output = join(job.staging, `${job.name}.parquet`)
  try {
    const lack = await lackOfRoom(job.staging, await estimate(job, bodies))
    if (lack) return { kind: 'room', ...lack }
    await writeInput(input, job.pieces, bodies)
    const answer = await convert({ ...job, input, output }, duck)
    if (answer.kind !== 'written') return await explained(answer, job, bodies)
    const missing = await missed(answer.rows, job, bodies)
    if (missing) return await explained(missing, job, bodies)
    await chmod(output, LAKE_FILE_MODE)
    await sync(output)
    await rename(output, join(job.place, `${job.name}.parquet`))
    return { kind: 'written', warning: answer.warning }
  } catch (error) {
    return await explained(otherFailure(error), job, bodies)
  } finally {
    await rm(input, { force: true })
    await rm(output, { force: true })
  }
}

// A Parquet file is about as large as what DuckDB reads, and a tenth more where nothing could be
// compressed; each has a footer and the pages of its columns.
const OUTPUT_PART = 1.25
const OUTPUT_LEAST = 256 * 1024

async function estimate({ pieces }: ArchiveJob, bodies: Bodies): Promise<number> {
  let bytes = 0
  for (const { source } of pieces) bytes += await bodies.size(source)
  return bytes + bytes * OUTPUT_PART + OUTPUT_LEAST
}

/**
 * Compares what was written with what there is: of a line that spans more than two of its buffers, DuckDB's reader of
 * texts says nothing, and leaves it out.
 */
async function missed(rows: number, { pieces }: ArchiveJob, bodies: Bodies) {
  // Only where an event was erased is there less, and that is rare: nothing has to be unpacked to know it.
  if (rows === pieces.reduce((sum, { from, to }) => sum + to - from, 0)) return undefined
  const records = await countRecords(pieces, bodies)
  const reason = `DuckDB wrote ${rows} of ${records} records`
  return rows === records ? undefined : ({ kind: 'refused', reason } as const)
}

type Conversion = Parameters<typeof copyStatement>[0]

type Converted = { kind: 'written'; rows: number; warning?: string }

async function convert(
  copy: Conversion,
  duck: Duck,
): Promise<Converted | Exclude<JobAnswer, { kind: 'written' }>> {
  let connection: Awaited<ReturnType<Duck['connect']>>
  try {
    connection = await duck.connect()
    await connection.run(`SET memory_limit = '${memoryFor(copy)}B'`)
  } catch (error) {
    return { ...otherFailure(error), kind: 'waiting' }
  }
  try {
    const { rowsChanged } = await connection.run(copyStatement(copy))
    return { kind: 'written', rows: rowsChanged }
  } catch (error) {
    const failure = duckFailure(error)
    if (failure.kind !== 'refused') return failure
    // One value that its column cannot hold must not hold up the others.
    try {
      const { rowsChanged } = await connection.run(copyStatement({ ...copy, isCareful: true }))
      const warning = `archived as null what its column cannot hold: ${failure.reason}`
      return { kind: 'written', rows: rowsChanged, warning }
    } catch (again) {
      return duckFailure(again)
    }
  } finally {
    connection.closeSync()
  }
}

// The limit is twice what the largest part takes. A single long line is held four times at once.
const MEMORY_BYTES = 192 * 1024 * 1024
const LINE_COPIES = 8

/** Computes the memory limit of a job. @param longest the longest line, in bytes */
export function memoryFor({ longest }: Pick<Conversion, 'longest'>): number {
  return Math.max(MEMORY_BYTES, LINE_COPIES * longest)
}

/** Explains a failure: it names a segment that cannot be unpacked, since the others can be. */
async function explained(answer: JobAnswer, job: ArchiveJob, bodies: Bodies): Promise<JobAnswer> {
  if (answer.kind === 'memory' || answer.kind === 'broken') return answer
  try {
    const damage = await findDamage(job.pieces, bodies)
    return damage ? { kind: 'damaged', ...damage } : answer
  } catch {
    return answer
  }
}
