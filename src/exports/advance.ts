import { AppError } from '../error/app-error'
import type { Lake } from '../platform/lake'
import type { ServingPlatform } from '../platform/platform'
import { askLake } from '../query/ask-lake'
import type { Hidden } from '../query/hidden'
import { sqlInstant } from '../query/narrowing'
import { inTurn } from '../syntax/steps'
import { type ExportJob, exportSteps, FILE_DAYS, type Slice } from './export'
import { fieldsOf } from './fields'
import { formats } from './formats/format'
import { linkedFile } from './linked-file'
import type { Parts } from './parts'
import { DAYS, rowsOf, secondsOf, sliceOfDays, slicesOfDay } from './questions'
import { type MakeRedact, rowsOfSelection } from './rows'

export interface AdvanceNeeds {
  platform: Pick<ServingPlatform, 'blobs' | 'fileLinks' | 'gauges'> & { lake: Lake }
  hidden: Pick<Hidden, 'before'>
  parts: Parts
  makeRedact: MakeRedact
  /** Resolves when what is stored is in the lake. Left out where it gets there by itself. */
  flush?: (() => Promise<void>) | undefined
  now(): Date
}

export interface Pace {
  /** Ends a piece; nothing of it counts. */
  signal?: AbortSignal | undefined
}

const DAY_MS = 24 * 60 * 60 * 1000
// Usual events of one slice are 75 MB; Athena gives them in some fifty pages, within half a minute.
const SLICE_ROWS = 50_000
// A lake gives at most 128 MB of text: slices are cut for half of that.
const SLICE_CHARS = 64 * 1024 * 1024
// DuckDB sorts so many with the 128 MB that it has beside a server. Of the largest it is one at last.
const FEW_ROWS = 2000
const FEWER = 12
// It is written when it has so much, compressed to a tenth: it is in memory as rows, as text and as bytes for a moment.
const PART_BYTES = 4 * 1024 * 1024
// Sizes of all parts stand in the document, which is written anew with each piece: these take 400 KB.
const MAX_PARTS = 50_000
// Firehose brings an event into the lake within five minutes; where it had to try again, within some more.
const ARRIVES_MS = 20 * 60 * 1000
// An export leaves this share of the disk, and at least so much, to what comes in.
const RESERVE_SHARE = 20
const RESERVE_BYTES = 256 * 1024 * 1024

/**
 * Does the next piece of an export. What it changed of the job is to be stored before it is called again; a piece that
 * is done twice gives the same.
 * @returns `wait` where it can go on only later
 * @throws {StorageError} {AppError} nothing of the piece counts
 */
export async function advance(
  needs: AdvanceNeeds,
  job: ExportJob,
  pace: Pace = {},
): Promise<'more' | 'wait' | 'over'> {
  const { platform, parts, flush, now } = needs
  const { place, selection } = job
  const format = formats[job.format]
  const fields = fieldsOf(selection.fields)

  switch (job.step) {
    case 'days': {
      if (flush !== undefined) await flush()
      else if (now().getTime() < Date.parse(job.createdAt) + ARRIVES_MS) return 'wait'
      const rows = await ask(DAYS)
      place.days = rows.map(([day, count]) => ({ day: String(day), rows: Number(count) }))
      place.slices = []
      job.total = place.days.reduce((sum, day) => sum + day.rows, 0)
      const begins = await format.begin(fields)
      if (begins !== undefined) await parts.add(job, begins)
      break
    }
    case 'rows': {
      if (place.slices!.length === 0 && !(await nextSlices())) break
      await assertRoom()
      await readSlice(place.slices![0]!)
      return 'more'
    }
    case 'end': {
      const ends = await format.end(fields, parts.notes(job))
      if (ends !== undefined) await parts.add(job, ends)
      break
    }
    case 'file': {
      const { fileLinks } = platform
      if (fileLinks !== undefined) {
        const keys = job.parts.map((_, at) => parts.keyOf(job, at))
        const { state, done } = await fileLinks.assemble(linkedFile(job), keys, place.file)
        place.file = state
        if (!done) return 'more'
      }
      job.status = 'ready'
      job.readyAt = now().toISOString()
      job.expiresAt = new Date(now().getTime() + FILE_DAYS * DAY_MS).toISOString()
      break
    }
    case 'done':
      return 'over'
  }
  job.step = exportSteps[exportSteps.indexOf(job.step) + 1]!
  return job.step === 'done' ? 'over' : 'more'

  async function where(): Promise<string> {
    const hiddenBefore = await needs.hidden.before(job.tenantId)
    const all = [
      `(${selection.where})`,
      `received_at < ${sqlInstant(job.createdAt)}`,
      hiddenBefore && `received_at >= ${sqlInstant(hiddenBefore)}`,
    ]
    return all.filter(Boolean).join(' AND ')
  }

  async function ask(sql: string) {
    const reader = { tenantId: job.tenantId }
    const { signal } = pace
    const { rows } = await askLake(platform.lake, { reader, sql, where: await where() }, { signal })
    return rows
  }

  async function nextSlices(): Promise<boolean> {
    const days = place.days ?? []
    if (days.length === 0) return false
    const most = Math.min(SLICE_ROWS, Math.ceil(SLICE_CHARS / (place.chars ?? 1)))
    const { slice, taken } = sliceOfDays(days, most)
    const { day } = days[0]!
    place.slices = slice.rows <= most ? [slice] : slicesOfDay(day, await secondsIn(day), most)
    place.days = days.slice(taken)
    return place.slices.length > 0 || nextSlices()
  }

  async function secondsIn(day: string) {
    const rows = await ask(secondsOf(day))
    return rows.map(([second, count]) => ({
      second: new Date(String(second)).toISOString(),
      rows: Number(count),
    }))
  }

  /**
   * Reads a slice as it comes, and writes it as parts. One that cannot be read so is read a few rows at a time, in the
   * order of arrival.
   */
  async function readSlice(slice: Slice) {
    const { signal } = pace
    const { tenantId } = job
    const { limit, after } = place
    const rows = await rowsOfSelection(selection, { ...platform, ...needs, tenantId })
    const sql = rowsOf(slice, { fields: rows.fields, after, limit })
    const query = { reader: { tenantId }, sql, where: await where() }
    const was = { parts: [...job.parts], rows: job.rows }
    const seen = new Set<string>()
    let writer = format.part(fields)
    let last: typeof after
    let read = 0
    let chars = 0

    async function readPages(pages: AsyncIterable<unknown[][]>) {
      for await (const page of pages) {
        const found: (readonly unknown[])[] = []
        for (const [at, id, ...cells] of page) {
          const receivedAt = new Date(String(at)).toISOString()
          const eventId = String(id)
          last = { receivedAt, eventId }
          read += 1
          for (const cell of cells) chars += typeof cell === 'string' ? cell.length : 0
          // A copy may stand beside it, until the day is settled.
          const name = receivedAt + eventId
          if (seen.has(name)) continue
          seen.add(name)
          const row = await rows.of(eventId, cells)
          if (row !== undefined) found.push(row)
        }
        await inTurn(() => {
          for (const row of found) writer.add(row)
        })
        job.rows += found.length
        if (writer.size < PART_BYTES) continue
        await write(writer)
        writer = format.part(fields)
      }
      return []
    }

    try {
      await askLake(platform.lake, query, { signal, read: readPages })
    } catch (thrown) {
      Object.assign(job, was)
      const isUnreadable = thrown instanceof AppError && thrown.code === 'invalid_request'
      if (!isUnreadable || limit === 1 || signal?.aborted === true) throw thrown
      place.limit = limit === undefined ? FEW_ROWS : Math.max(1, Math.floor(limit / FEWER))
      if (read > 0) place.chars = Math.ceil(chars / read)
      return
    }
    if (writer.rows > 0) await write(writer)
    job.read += read
    if (read > 0) place.chars = Math.ceil(chars / read)
    place.after = last
    if (limit !== undefined && read === limit) return
    place.slices = place.slices!.slice(1)
    place.after = undefined
    place.limit = undefined
  }

  async function write(writer: ReturnType<typeof format.part>) {
    if (job.parts.length >= MAX_PARTS) {
      throw new AppError('too_large', 'The file would be too large: ask for fewer days or fields.')
    }
    const { bytes, note } = await writer.write()
    await parts.add(job, bytes, note)
  }

  async function assertRoom() {
    const disk = (await platform.gauges?.())?.disk
    if (disk === undefined) return
    const reserve = Math.min(RESERVE_BYTES, disk.sizeBytes / RESERVE_SHARE)
    if (disk.freeBytes >= reserve + PART_BYTES) return
    throw new AppError('unavailable', NO_ROOM)
  }
}

export const NO_ROOM =
  'The disk has too little room left for an export, which leaves some to events that come in. Free some, or ask for fewer days or fields.'
