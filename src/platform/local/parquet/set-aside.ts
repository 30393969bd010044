import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LAKE_FILE_MODE } from '../durable-files'
import { type DecodeLine, decoderFor } from '../log/line'
import { linesOf } from '../log/segment'
import type { JobAnswer, Piece, SetAsideJob } from './archive-job'
import { otherFailure } from './failure'
import { type Bodies, openBodies } from './job-input'

/**
 * Stores whole, as JSON lines, what DuckDB does not take: the record, or whatever is left of it.
 */
export async function setAside(job: SetAsideJob): Promise<JobAnswer> {
  using bodies = openBodies()
  const decodeLine = decoderFor(job.lines.map(({ name }) => name))
  const made = join(job.staging, `${job.name}.json`)
  try {
    let eventId: string | undefined
    {
      await using file = await open(made, 'w', LAKE_FILE_MODE)
      for (const piece of job.pieces) {
        for (const entry of await entriesOf(piece, bodies, decodeLine)) {
          eventId ??= 'record' in entry ? entry.record.eventId : undefined
          await file.writeFile(`${JSON.stringify({ reason: job.reason, ...entry })}\n`)
        }
      }
      await file.chmod(LAKE_FILE_MODE)
      await file.sync()
    }
    await rename(made, join(job.place, `${job.name}.json`))
    return { kind: 'written', eventId }
  } catch (error) {
    return otherFailure(error)
  } finally {
    await rm(made, { force: true })
  }
}

async function entriesOf(piece: Piece, bodies: Bodies, decodeLine: DecodeLine) {
  const body = await bodies.readAnyhow(piece.source)
  if (body === undefined) return [{ events: piece.count }] // not even that can be read
  let lines: string[]
  try {
    lines = [...linesOf(Bun.zstdDecompressSync(body))]
  } catch {
    return [{ segment: Buffer.from(body).toString('base64') }]
  }
  const erased = ''
  return lines
    .slice(piece.from, piece.to)
    .filter((line) => line !== erased)
    .map((line) => recordOf(line, decodeLine))
}

function recordOf(line: string, decodeLine: DecodeLine) {
  try {
    const record = decodeLine(line)
    if (record.eventId !== undefined && record.raw !== undefined) return { record }
  } catch {
    // The line itself says more than why it could not be read.
  }
  return { line }
}
