import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { EventRecord } from '../../../event/record'
import { isDamage } from '../database'
import { sync as syncFolder } from '../durable-files'
import type { SyncFile } from '../durably'
import type { Notices } from '../notices'
import { buildIndex } from './build-index'
import type { Checkpointer } from './checkpointer'
import { type EventIndex, growIndex, hiddenFrom, replaceEntry } from './event-index'
import type { EventKeys } from './event-keys'
import { createFrameReader } from './frame-reader'
import { moveToDamaged, pathOf, removeGeneration } from './generation-files'
import { indexFileAt, saveIndex, saveIndexNow } from './index-file'
import { decoderFor, lineNames, rawReaderFor } from './line'
import type { MappedColumns } from './mapped-columns'
import { linesOf, type Segment, unzipped } from './segment'
import {
  type Extent,
  type FiledSegment,
  openSegmentFile,
  PAGE_BYTES,
  type ReplacedSegment,
} from './segment-file'
import type { PackedFrame, UnpackedFrames } from './unpacked-frames'

/**
 * A generation holds so many events: a power of two, for the masks of the index. At 262,144 events
 * a generation is about 50 MB of log, its index 15 MB, and rebuilding that index after a crash
 * takes two seconds.
 */
export const CAPACITY = 2 ** 18

/** A position is the place of an event in the whole log: `generation × CAPACITY + offset`. */
export type Position = number

/**
 * A generation is one stretch of the log: a SQLite file of segments and the index of its events.
 * Generations are filled one after another and dropped whole, so expiry gives the disk its space
 * back and costs nothing, and a store of any age writes as fast as an empty one.
 */
export interface Generation {
  readonly number: number
  /** Its segments are in this SQLite file. */
  readonly file: string
  readonly base: Position
  /** Ask for it anew after an `await`: `seal` puts the mapped one in its place. */
  readonly index: EventIndex
  /** It was begun at this time, ms since 1970. */
  readonly begunAt: number
  /** If true, it may grow: its lines have the columns of lines now, and nothing is damaged. */
  readonly mayGrow: boolean
  /** If true, what stands for a content may be that of a text (`sameness.ts`). */
  readonly hasTexts: boolean
  /** If true, its index had to be built, since its file was missing or damaged, and could not be saved yet. */
  readonly isUnsaved: boolean
  /** Appends the records that the index was given last, which nobody finds until this resolves. */
  append(segments: readonly Segment[], now: number): Promise<void>
  probe(): void
  /** Reads a record. @returns undefined when it is damaged or erased */
  read(offset: number): EventRecord | undefined
  /** Finds the frame of a record. @returns undefined when it is damaged */
  frameOf(offset: number): PackedFrame | undefined
  /**
   * Reads the records of a segment.
   * @returns undefined when it is damaged; a record that was erased is undefined in its place
   */
  recordsOf(segment: FiledSegment): (EventRecord | undefined)[] | undefined
  /** Tells when a record was stored, ms since 1970. @returns undefined where that is damaged */
  storedAt(offset: number): number | undefined
  /** Decodes one line of this generation. */
  decode(line: string): EventRecord
  /** Reads `raw` of a line as `decode` does, without the rest. */
  rawOf(line: string): string
  /** Unpacks the lines of a segment on another thread. @returns undefined when it is damaged */
  unpack(segment: FiledSegment): Promise<Buffer | undefined>
  /** Removes the saved index before records are erased: a crash must not leave one with them. */
  forgetSavedIndex(): Promise<void>
  /** Erases the records at these places of a segment, whose lines are empty in `changed`. */
  erase(
    segment: FiledSegment,
    places: readonly number[],
    changed: Omit<ReplacedSegment, 'contents'>,
  ): void
  /** Lists the segments that hold `offset` and later ones, until `atMost` is reached. */
  segmentsFrom(offset: number, atMost: Extent): FiledSegment[]
  saveIndex(): Promise<void>
  /** Saves the index of a generation that grows no more, frees its memory, and has its WAL emptied. */
  seal(): Promise<void>
  close(): void
  /** Removes its files; when something in them is damaged, they go to `damaged/`, for a person. */
  drop(): void
}

// Checkpoints are rare, since commits wait for the end of each; but a start after a crash reads
// what the WAL holds, and 64 MB take it a tenth of a second.
const CHECKPOINT_BYTES = 64 * 1024 * 1024

export interface GenerationOptions {
  keys: EventKeys
  now: number
  sealed: boolean
  checkpointer: Checkpointer
  unpacked: UnpackedFrames
  mapped: MappedColumns
  notices: Notices
  sync?: SyncFile | undefined
}

export function openGeneration(
  folder: string,
  number: number,
  { keys, now, sealed, checkpointer, unpacked, mapped, notices, sync }: GenerationOptions,
): Generation {
  const path = pathOf(folder, number)
  const base = number * CAPACITY
  const file = openSegmentFile(`${path}.db`, { base, now, sync })
  const decodeLine = decoderFor(file.columns)
  const damaged = new Set<number>()
  /** The WAL holds about so many bytes. */
  let inWal = 0
  /** Counts how often something was erased. */
  let erased = 0

  function noteDamage(first: number, count: number) {
    if (damaged.has(first)) return
    damaged.add(first)
    const place = { file: `${path}.db`, first, events: count }
    notices.add('a part of the log is damaged; all the rest is served', place)
  }

  /** Reads the lines of a segment. @returns undefined when it is damaged */
  function linesIn(segment: FiledSegment) {
    const body = segment.read()?.body
    const bytes = body && unzipped(body)
    if (bytes === undefined) noteDamage(segment.first, segment.count)
    return bytes
  }

  /** Looks for a segment. @returns undefined when the page that names it is damaged */
  function sought<Segment>(
    offset: number,
    find: (offset: number) => Segment | undefined,
  ): Segment | undefined {
    try {
      return find(offset)
    } catch (error) {
      if (!isDamage(error)) throw error
      damaged.add(offset)
      notices.add('a page of the log is damaged; all the rest is served', { file: `${path}.db` })
      return undefined
    }
  }

  const reading = (offset: number) => sought(offset, file.reading)
  const reader = createFrameReader({ base, reading, unpacked, noteDamage })

  const indexFile = `${path}.idx`
  const filed = indexFileAt(indexFile, mapped)
  let { index, isMapped } = openIndex()
  const isUnsaved = sealed && !isMapped

  function openIndex(): { index: EventIndex; isMapped: boolean } {
    const found = filed.open()
    if (found?.count === file.total()) {
      if (sealed) return { index: found, isMapped: true }
      const index = growIndex(found, CAPACITY)
      // The file is of the past as soon as the next event comes.
      filed[Symbol.dispose]()
      return { index, isMapped: false }
    }
    const built = buildIndex(file, { capacity: CAPACITY, keys, base, noteDamage })
    const saved = sealed && saveIndexNow(built, indexFile) ? filed.open() : undefined
    if (saved === undefined) filed[Symbol.dispose]()
    return { index: saved ?? built, isMapped: saved !== undefined }
  }

  let sealing = Promise.resolve()
  async function seal() {
    checkpointer.request(`${path}.db`, 'last')
    let before: number
    do {
      before = erased
      await saveIndex(index, indexFile)
    } while (before !== erased) // it may be in the file, or in a part of it
    const saved = filed.open()
    if (saved === undefined) return
    index = saved
    isMapped = true
  }

  function wrote(bytes: number) {
    inWal += bytes + PAGE_BYTES
    if (inWal < CHECKPOINT_BYTES) return
    inWal = 0
    checkpointer.request(`${path}.db`)
  }

  return {
    number,
    file: `${path}.db`,
    base,
    isUnsaved,
    get index() {
      return index
    },
    begunAt: file.begunAt,
    mayGrow: file.columns.join() === lineNames.join() && file.hasTexts && damaged.size === 0,
    hasTexts: file.hasTexts,
    segmentsFrom: file.from,
    probe: file.probe,
    saveIndex: () => saveIndex(index, indexFile),
    seal() {
      // Seals run one after another: two would write one file.
      const own = sealing.then(seal)
      sealing = own.catch(() => {})
      return own
    },
    close() {
      filed[Symbol.dispose]()
      file[Symbol.dispose]()
    },

    async append(segments, at) {
      const count = segments.reduce((sum, segment) => sum + segment.count, 0)
      const first = index.count - count
      const contents = index.contents.subarray(first, index.count)
      await hiddenFrom(index, first, file.append(segments, { first, contents, now: at }))
      for (const { body } of segments) wrote(body.length)
    },

    read(offset) {
      const line = reader.line(offset)
      return line ? decodeLine(line) : undefined
    },

    frameOf: reader.frameOf,

    recordsOf(segment) {
      const lines = linesIn(segment)
      return (
        lines && Array.from(linesOf(lines), (line) => (line === '' ? undefined : decodeLine(line)))
      )
    },

    storedAt: (offset) => sought(offset, file.holding)?.storedAt,
    decode: decodeLine,
    rawOf: rawReaderFor(file.columns),

    async unpack(segment) {
      const body = segment.read()?.body
      const bytes = body && (await Bun.zstdDecompress(body).catch(() => undefined))
      if (bytes === undefined) noteDamage(segment.first, segment.count)
      return bytes
    },

    async forgetSavedIndex() {
      if (!existsSync(indexFile)) return
      await rm(indexFile, { force: true })
      await syncFolder(folder)
    },

    erase({ first, count, position, read }, places, changed) {
      const contents = read()?.contents
      for (const place of places) if (contents) contents[place] = 0n
      file.replace(first, { ...changed, contents })
      wrote(changed.body.length)
      erased += 1
      unpacked.forget(position, count)
      if (isMapped) index = growIndex(index, CAPACITY)
      isMapped = false
      for (const place of places) {
        replaceEntry(index, first + place, keys.nothing(position + place))
      }
    },

    drop() {
      filed[Symbol.dispose]()
      file[Symbol.dispose]()
      if (damaged.size > 0) moveToDamaged(path)
      else removeGeneration(path)
    },
  }
}
