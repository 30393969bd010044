import { existsSync, rmSync } from 'node:fs'
import type { EventRecord } from '../../../event/record'
import type { Checkpointer } from './checkpointer'
import {
  addEntry,
  createIndex,
  type EventIndex,
  growIndex,
  mapIndex,
  saveIndex,
} from './event-index'
import { type EventKeys, entryOf } from './event-keys'
import { decodeLine } from './line'
import { lineAt, type Segment, segmentLines } from './segment'
import { type FiledSegment, openSegmentFile, PAGE_BYTES } from './segment-file'

/**
 * How many events a generation holds. A power of two, for the masks of the index. At 262,144 events
 * a generation is about 50 MB of log, its index 14 MB, and rebuilding that index after a crash takes
 * two seconds.
 */
export const CAPACITY = 2 ** 18

/** Where an event stands in the whole log: `generation × CAPACITY + offset`. */
export type Position = number

/**
 * One stretch of the log: a SQLite file of segments and the index of its events. Generations are
 * filled one after another and dropped whole, so expiry gives the disk its space back and costs
 * nothing, and a store of any age writes as fast as an empty one.
 */
export interface Generation {
  readonly number: number
  readonly base: Position
  readonly index: EventIndex
  /** ms since 1970: when it was begun. */
  readonly begunAt: number
  /** The records that the index has been given last, in one durable transaction, all or nothing. */
  append(segments: readonly Segment[], now: number): void
  probe(): void
  read(offset: number): EventRecord
  /** The segments that hold `offset` and later ones, until `maxRecords` are had. */
  segmentsFrom(offset: number, maxRecords: number): FiledSegment[]
  saveIndex(): Promise<void>
  close(): void
  drop(): void
}

// Rare, since commits wait for the end of each; but a start after a crash reads what the WAL holds,
// and 64 MB take it a tenth of a second.
const CHECKPOINT_BYTES = 64 * 1024 * 1024

/** Of all generations, by position: a page of a query often finds its events close together. */
export type UnpackedSegments = Map<Position, Buffer>

// A quarter of a megabyte each, as a rule.
const UNPACKED = 16

export function openGeneration(
  folder: string,
  number: number,
  options: {
    keys: EventKeys
    now: number
    sealed: boolean
    checkpointer: Checkpointer
    unpacked: UnpackedSegments
  },
): Generation {
  const path = `${folder}/${String(number).padStart(8, '0')}`
  const base = number * CAPACITY
  const file = openSegmentFile(`${path}.db`, { base, now: options.now })
  const { unpacked } = options
  /** About how many bytes the WAL holds. */
  let inWal = 0

  function unpack(segment: FiledSegment): Buffer {
    const held = unpacked.get(segment.position)
    if (held) return held
    if (unpacked.size >= UNPACKED) unpacked.delete(unpacked.keys().next().value!)
    const bytes = Bun.zstdDecompressSync(segment.body)
    unpacked.set(segment.position, bytes)
    return bytes
  }

  function buildIndex(): EventIndex {
    const built = createIndex(CAPACITY)
    for (const { body } of file.from(0, CAPACITY)) {
      for (const line of segmentLines(body))
        addEntry(built, entryOf(options.keys, decodeLine(line)))
    }
    return built
  }

  function loadIndex(): EventIndex {
    const mapped = existsSync(`${path}.idx`) ? mapIndex(`${path}.idx`) : undefined
    if (mapped?.count !== file.total) return buildIndex()
    return options.sealed ? mapped : growIndex(mapped, CAPACITY)
  }

  const index = loadIndex()
  return {
    number,
    base,
    index,
    begunAt: file.begunAt,
    segmentsFrom: file.from,
    probe: file.probe,
    saveIndex: () => saveIndex(index, `${path}.idx`),
    close: () => file[Symbol.dispose](),

    append(segments, now) {
      const count = segments.reduce((sum, segment) => sum + segment.count, 0)
      file.append(segments, index.count - count, now)
      for (const { body } of segments) inWal += body.length + PAGE_BYTES
      if (inWal < CHECKPOINT_BYTES) return
      inWal = 0
      options.checkpointer.request(`${path}.db`)
    },

    read(offset) {
      const segment = file.holding(offset)
      if (!segment) throw new RangeError(`no event at ${base + offset}`)
      return decodeLine(lineAt(unpack(segment), offset - segment.first))
    },

    drop() {
      file[Symbol.dispose]()
      for (const ending of ['.db', '.db-wal', '.db-shm', '.idx']) {
        rmSync(path + ending, { force: true })
      }
    },
  }
}
