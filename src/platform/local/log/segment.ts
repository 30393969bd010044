import type { EventRecord } from '../../../event/record'
import { FRAME_LINES } from './frames'
import { countControls, plainHead, separatorsIn } from './head'
import { encodeLine, prepareLine } from './line'

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
    const { length, isEscaped } = writeLine(record, open.size)
    open.size += length
    open.count += 1
    if (open.count % FRAME_LINES === 0) open.frames.push(packed(open))
    open.longest = Math.max(open.longest, length)
    open.isEscaped ||= isEscaped
  }
  if (open.count > 0) yield close(open)
  if (scratch.length > SCRATCH_BYTES) scratchOf(SCRATCH_BYTES)
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
let scratch = Buffer.from(new ArrayBuffer(SCRATCH_BYTES))
let words = new Uint32Array(scratch.buffer)

/** Writes the line of a record into the buffer. @returns how many bytes were written at `at` */
function writeLine(record: EventRecord, at: number): { length: number; isEscaped: boolean } {
  const stamps = prepareLine(record)
  const own = plainHead(record)
  if (own !== undefined) {
    makeRoom(at + (own.length + stamps.text.length + record.raw.length) * MOST_BYTES + 1)
    const end = at + scratch.write(own, at)
    // With one more than its separators, some value has to be escaped.
    if (countControls(scratch, words, at, end) === separatorsIn(record)) {
      return { length: endLine(stamps.text, record.raw, end) - at, isEscaped: stamps.isEscaped }
    }
  }
  const { head, raw, isEscaped } = encodeLine(record)
  makeRoom(at + (head.length + raw.length) * MOST_BYTES + 1)
  return { length: endLine(head, raw, at) - at, isEscaped }
}

// A UTF-16 unit is at most three bytes of UTF-8.
const MOST_BYTES = 3

/** @returns where the line ends */
function endLine(head: string, raw: string, at: number): number {
  let end = at + scratch.write(head, at)
  end += scratch.write(raw, end)
  scratch[end] = LINE_FEED
  return end + 1
}

export const LINE_FEED = 0x0a

function makeRoom(bytes: number) {
  if (bytes <= scratch.length) return
  const before = scratch
  scratchOf(Math.max(bytes, scratch.length * 2))
  before.copy(scratch)
}

/** Makes another buffer, and the view that counts in it four bytes at a time. */
function scratchOf(bytes: number) {
  scratch = Buffer.from(new ArrayBuffer(Math.ceil(bytes / 4) * 4))
  words = new Uint32Array(scratch.buffer)
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
    const feed = unpacked.indexOf(LINE_FEED, from)
    // A body that ends within a line, which none of ours does, ends here as well.
    const end = feed < 0 ? unpacked.length : feed
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
