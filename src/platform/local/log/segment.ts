import type { EventRecord } from '../../../event/record'
import { FRAME_LINES } from './frames'
import { encodeLine } from './line'

/**
 * A segment is up to 128 records of one commit and one lake partition: zstd frames (`frames.ts`) of
 * lines (`line.ts`). Frames may be concatenated, and DuckDB reads them straight into Parquet.
 */
export interface Segment {
  count: number
  /** The partition is `<retention class>/<YYYY-MM-DD>/<HH>` by `receivedAt`, as logs have it. */
  partition: string
  /** The longest line has so many bytes: DuckDB must be told how much to expect. */
  longest: number
  /**
   * If true, some value in it is escaped. That is rare; undoing it costs the archive a fifth more.
   */
  isEscaped: boolean
  /** All its lines together have so many bytes. */
  unpacked: number
  body: Uint8Array
}

// A body is read whole, 27 KB here; more records to a row would save nothing but the rest of a page.
export const MAX_RECORDS = 128
// Reading one event unpacks its segment: a few megabytes at most, or the one event that is larger.
export const MAX_SEGMENT_BYTES = 4 * 1024 * 1024
// Level 1 makes events 9 times smaller at 1 µs each; level 3 costs twice that for 2 %.
export const LEVEL = 1

export function partitionOf(record: EventRecord): string {
  const { retentionClass, receivedAt } = record
  return `${retentionClass}/${receivedAt.slice(0, 10)}/${receivedAt.slice(11, 13)}`
}

/** Cuts records, in order, into segments. */
export function* encodeSegments(records: readonly EventRecord[]): Generator<Segment> {
  let open = empty('')
  for (const record of records) {
    const partition = partitionOf(record)
    const isFull = open.count >= MAX_RECORDS || open.size + record.raw.length > MAX_SEGMENT_BYTES
    if (open.count > 0 && (isFull || partition !== open.partition)) {
      yield close(open)
      open = empty(partition)
    }
    open.partition = partition
    const { head, raw, isEscaped } = encodeLine(record)
    const length = writeLine(head, raw, open.size)
    open.size += length
    open.count += 1
    if (open.count % FRAME_LINES === 0) open.frames.push(packed(open))
    open.longest = Math.max(open.longest, length)
    open.isEscaped ||= isEscaped
  }
  if (open.count > 0) yield close(open)
  if (scratch.length > SCRATCH_BYTES) scratch = Buffer.allocUnsafe(SCRATCH_BYTES)
}

const empty = (partition: string) => ({
  size: 0,
  /** So many bytes of it are in frames. */
  framed: 0,
  frames: [] as Uint8Array[],
  count: 0,
  partition,
  longest: 0,
  isEscaped: false,
})

type Open = ReturnType<typeof empty>

function packed(open: Open): Uint8Array {
  const lines = scratch.subarray(open.framed, open.size)
  open.framed = open.size
  return Bun.zstdCompressSync(lines, { level: LEVEL })
}

function close(open: Open): Segment {
  if (open.framed < open.size) open.frames.push(packed(open))
  const { size, count, partition, longest, isEscaped, frames } = open
  const body = frames.length === 1 ? frames[0]! : Buffer.concat(frames)
  return { count, partition, longest, isEscaped, unpacked: size, body }
}

// Lines are encoded one by one into a buffer that stays: a long string of many lines would first be
// flattened, at three times the cost. Between commits the buffer has a size that most segments fit.
const SCRATCH_BYTES = 2 * 1024 * 1024
let scratch = Buffer.allocUnsafe(SCRATCH_BYTES)

/** Writes a line into the buffer. @returns how many bytes were written at `at` */
function writeLine(head: string, raw: string, at: number): number {
  // A UTF-16 unit is at most three bytes of UTF-8.
  makeRoom(at + (head.length + raw.length) * 3 + 1)
  let end = at + scratch.write(head, at)
  end += scratch.write(raw, end)
  scratch[end] = LINE_FEED
  return end + 1 - at
}

export const LINE_FEED = 0x0a

function makeRoom(bytes: number) {
  if (bytes <= scratch.length) return
  const larger = Buffer.allocUnsafe(Math.max(bytes, scratch.length * 2))
  scratch.copy(larger)
  scratch = larger
}

/** This has where the lines of unpacked segments begin, as far as somebody looked. */
const beginnings = new WeakMap<Buffer, number[]>()

/** Reads one line of a segment, from its unpacked bytes, without making text of the others. */
export function lineAt(unpacked: Buffer, place: number): string {
  const found = beginnings.get(unpacked) ?? [0]
  beginnings.set(unpacked, found)
  while (found.length < place + 2) found.push(unpacked.indexOf(LINE_FEED, found.at(-1)) + 1)
  return unpacked.toString('utf8', found[place], found[place + 1]! - 1)
}

/** Reads the lines of a segment one by one: together they may be megabytes. */
export function* linesOf(unpacked: Buffer): Generator<string> {
  for (let from = 0; from < unpacked.length; ) {
    const end = unpacked.indexOf(LINE_FEED, from)
    yield unpacked.toString('utf8', from, end)
    from = end + 1
  }
}

/** Unpacks a body. @returns undefined when it is no zstd frame */
export function unzipped(body: Uint8Array): Buffer | undefined {
  try {
    return Bun.zstdDecompressSync(body)
  } catch {
    return undefined
  }
}
