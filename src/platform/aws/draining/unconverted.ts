import type { RetentionClass } from '../../../event/record'
import type { Log } from '../../../telemetry/log'
import type { BlobEntry, BlobStore } from '../../blob-store'

/** Firehose writes what it could not convert here, in the bucket of the lake: `errors/<class>/…` */
export const UNCONVERTED = 'errors/'

/** Lines of these that hold no record have this prefix, in the bucket of blobs: for people. */
export const UNCONVERTED_LINES = 'failed/lines/'

/** Objects of lines, which may be as large as what Firehose gathers (128 MB and more). */
export interface LineStore extends Pick<BlobStore, 'list' | 'delete'> {
  /** Gives the lines of an object, one at a time. @throws {StorageError} also for a line that is too long */
  lines(key: string): AsyncIterable<string>
}

interface Needs {
  lake: LineStore
  /** Takes lines that hold no record. */
  blobs: Pick<BlobStore, 'put'>
  /** Hands records to Firehose. @throws {StorageError} when some were not taken */
  put(retentionClass: RetentionClass, records: readonly Uint8Array[]): Promise<void>
  until: Date
  now(): Date
  log: Log
}

/** So many objects are put back, and gone; so many wait, since they failed or are not due. */
export interface PutBack {
  done: number
  left: number
  /** The time was up before the end. */
  isCut: boolean
}

const PAGE = 1000
// A record has 1 MB at most: a few of them are in memory at a time.
const AT_ONCE_BYTES = 8 * 1024 * 1024
// A day is the most that is waited between two tries.
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000

/**
 * Puts records that could not be written as Parquet into the stream of their class again. What fails once more is an
 * object of its own, later on; so each is tried when it has lain for half as long as its records were old when it
 * was written: after minutes at first, then ever more seldom, and once a day in the end. A crash in between puts
 * some there twice, which readers drop.
 * @throws {StorageError} when the objects cannot be listed
 */
export async function putBackUnconverted(
  needs: Needs,
  retentionClass: RetentionClass,
): Promise<PutBack> {
  const { lake, until, now, log } = needs
  const count: PutBack = { done: 0, left: 0, isCut: false }
  let after: string | undefined
  for (;;) {
    const page = await lake.list(`${UNCONVERTED}${retentionClass}/`, PAGE, after)
    for (const entry of page) {
      if (now() >= until) return { ...count, isCut: true }
      try {
        if (await putBack(entry, retentionClass, needs)) count.done += 1
        else count.left += 1
      } catch (error) {
        count.left += 1
        const reason = (error as Error).message
        log.error('records that were not converted stay', { key: entry.key, reason })
      }
    }
    if (page.length < PAGE) return count
    after = page.at(-1)!.key
  }
}

/** @returns whether it was put back, and is gone */
async function putBack(
  entry: BlobEntry,
  retentionClass: RetentionClass,
  needs: Needs,
): Promise<boolean> {
  const { lake, blobs, put, now, log } = needs
  const { key } = entry
  let waiting: Uint8Array[] = []
  let bytes = 0
  let place = 0

  async function flush() {
    if (waiting.length > 0) await put(retentionClass, waiting)
    waiting = []
    bytes = 0
  }

  for await (const line of lake.lines(key)) {
    const record = recordIn(line)
    if (record === undefined) {
      await blobs.put(`${UNCONVERTED_LINES}${key}/${place}`, Buffer.from(line))
      log.error('no record that was not converted; moved aside', { key, place })
    } else {
      if (place === 0 && !isDue(entry, record, now())) return false
      if (bytes + record.length > AT_ONCE_BYTES) await flush()
      waiting.push(record)
      bytes += record.length
    }
    place += 1
  }
  await flush()
  await lake.delete(key)
  return true
}

function isDue({ storedAt }: BlobEntry, record: Uint8Array, now: Date): boolean {
  const failedAt = Date.parse(storedAt)
  const receivedAt = receivedIn(record) ?? failedAt
  const wait = Math.min(Math.max(0, failedAt - receivedAt) / 2, LONGEST_WAIT_MS)
  return now.getTime() - failedAt >= wait
}

function receivedIn(record: Uint8Array): number | undefined {
  const first = Buffer.from(record).toString().split('\n', 1)[0]!
  const [, text] = /"received_at":"([^"]{10,40})"/.exec(first) ?? []
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : time
}

/**
 * Returns the record that a line of Firehose holds ("Handling errors for data format conversion": `rawData`, base64).
 * @returns undefined when it holds none
 */
export function recordIn(line: string): Uint8Array | undefined {
  try {
    const { rawData } = JSON.parse(line)
    if (typeof rawData !== 'string' || rawData === '') return undefined
    return Buffer.from(rawData, 'base64')
  } catch {
    return undefined
  }
}
