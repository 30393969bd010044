import type { EventRecord } from '../../../event/record'
import { writeHead } from './head'
import { encodeLine, prepareLine } from './line'
import { begin, createLineBytes, makeRoom, putText } from './line-bytes'

/**
 * A segment is up to 32 records of one commit and one lake partition: a zstd frame of lines (`line.ts`).
 * Frames may be concatenated, and DuckDB reads them straight into Parquet.
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

// To read one event is to read and to unpack its segment, 8 KB and 60 usually: half the time of 128 records. A body of 128
// in one frame is a quarter smaller.
export const MAX_RECORDS = 32
// They are a few megabytes at most, or the one event that is larger.
export const MAX_SEGMENT_BYTES = 4 * 1024 * 1024
// Level 1 makes events 9 times smaller at 1 µs each; level 3 costs twice that for 2 %.
export const LEVEL = 1

export function partitionOf(record: EventRecord): string {
  const { retentionClass, receivedAt } = record
  return `${retentionClass}/${receivedAt.slice(0, 10)}/${receivedAt.slice(11, 13)}`
}

// The lines of a segment stay in the caches of the processor until they are compressed. They are encoded one
// by one: a long string of many would first be flattened, at three times the cost.
const lines = createLineBytes()

/** Cuts records, in order, into segments. */
export function* encodeSegments(records: readonly EventRecord[]): Generator<Segment> {
  begin(lines)
  let open = empty('')
  for (const record of records) {
    const partition = partitionOf(record)
    const isFull = open.count >= MAX_RECORDS || lines.end + record.raw.length > MAX_SEGMENT_BYTES
    if (open.count > 0 && (isFull || partition !== open.partition)) {
      yield close(open)
      open = empty(partition)
    }
    open.partition = partition
    const from = lines.end
    const isEscaped = writeLine(record)
    open.count += 1
    open.longest = Math.max(open.longest, lines.end - from)
    open.isEscaped ||= isEscaped
  }
  if (open.count > 0) yield close(open)
}

const empty = (partition: string) => ({ count: 0, partition, longest: 0, isEscaped: false })

function close(open: ReturnType<typeof empty>): Segment {
  const unpacked = lines.end
  const body = Bun.zstdCompressSync(lines.bytes.subarray(0, unpacked), { level: LEVEL })
  begin(lines)
  return { ...open, unpacked, body }
}

/** Writes the line of a record behind the others. @returns whether a value in it is escaped */
function writeLine(record: EventRecord): boolean {
  const stamps = prepareLine(record)
  if (writeHead(lines, record)) {
    endLine(stamps.text, record.raw)
    return stamps.isEscaped
  }
  const { head, raw, isEscaped } = encodeLine(record)
  endLine(head, raw)
  return isEscaped
}

function endLine(head: string, raw: string) {
  makeRoom(lines, head.length + raw.length, 1)
  putText(lines, head)
  putText(lines, raw)
  lines.bytes[lines.end++] = LINE_FEED
}

export const LINE_FEED = 0x0a

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
