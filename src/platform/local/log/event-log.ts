import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { EventRecord } from '../../../event/record'
import type { Log } from '../../../telemetry/log'
import { isDamage } from '../database'
import type { SyncFile } from '../durably'
import type { Notices } from '../notices'
import { PRIVATE_FOLDER } from '../private-files'
import { type Checkpointer, createCheckpointer } from './checkpointer'
import type { EventKeys } from './event-keys'
import { CAPACITY, type Generation, openGeneration, type Position } from './generation'
import { moveToDamaged, pathOf } from './generation-files'
import { createListedSegments } from './listed-segments'
import { createMappedColumns } from './mapped-columns'
import { createReadAhead, type ReadAhead } from './read-ahead'
import { createRecentRecords, type RecentRecords } from './recent-records'
import type { Extent, FiledSegment } from './segment-file'
import { createUnpackedFrames } from './unpacked-frames'

// The age is a day: expiry works in whole generations, and is given in days.
const MAX_AGE_MS = 24 * 60 * 60 * 1000

/** The log is all generations, oldest to newest. The last one grows. */
export interface EventLog {
  /** Gives the growing generation, after beginning a new one when `count` more do not fit. */
  roomFor(count: number, now: number): Generation
  /** Begins a new generation, because something in the growing one is damaged. */
  leave(damaged: Generation, now: number): void
  newestFirst(): readonly Generation[]
  /** Lists segments from a position on; one before all that is held means the oldest that is. */
  segmentsFrom(position: Position, atMost: Extent): FiledSegment[]
  /**
   * Reads the records of a segment.
   * @returns undefined when it is damaged; a record that was erased is undefined in its place
   */
  recordsOf(segment: FiledSegment): readonly (EventRecord | undefined)[] | undefined
  /** Has the frames of some places unpacked on other threads, before they are read. */
  readonly readAhead: ReadAhead
  /** Forgets what is in memory of `count` records from a position on, since they were changed. */
  forget(position: Position, count: number): void
  /** Counts the records that stand at `position` and later. */
  countFrom(position: Position): number
  /** Tells the position at which the next record will stand. */
  end(): Position
  readonly recent: RecentRecords
  /** Commits a change that changes nothing. @throws {StorageError} as an append would */
  probe(): void
  /** Tells listeners of an append. @param bytes how many were appended, unpacked */
  announce(bytes: number): void
  /** Subscribes to appends. @returns a function that ends the subscription */
  onAppend(listener: (bytes: number) => void): () => void
  /** Drops generations that are expired as a whole and that every follower has passed. */
  dropExpired(now: number): { dropped: number }
  close(): Promise<void>
}

interface Options {
  folder: string
  keys: EventKeys
  now: number
  log: Log
  notices: Notices
  /** Tells the smallest position that some follower still needs. */
  floor(): Position
  /** A follower has named this position, the furthest of all: the log has been so far once. */
  furthest: Position
  /** It is disposed of with the log. */
  checkpointer?: Checkpointer
  /** Stands in for the disk in tests. */
  sync?: SyncFile | undefined
}

export function openEventLog(options: Options): EventLog {
  const { folder, keys, floor, log, notices, sync } = options
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  const { checkpointer = createCheckpointer() } = options
  const unpacked = createUnpackedFrames()
  const mapped = createMappedColumns()
  const open = (number: number, now: number, sealed: boolean) =>
    openGeneration(folder, number, {
      ...{ keys, now, sealed, checkpointer, unpacked, mapped, notices, sync },
    })
  const generations: Generation[] = []
  let reversed: readonly Generation[] = []
  const listeners = new Set<(bytes: number) => void>()
  const saving = new Set<Promise<void>>()

  const current = () => generations.at(-1)!
  const end = () => current().base + current().index.count

  function begin(number: number, now: number): Generation {
    const next = open(number, now, false)
    generations.push(next)
    reversed = generations.toReversed()
    return next
  }

  /**
   * Opens a generation. One that SQLite cannot open goes to `damaged/`, and the others are served.
   */
  function openHeld(number: number, sealed: boolean) {
    try {
      generations.push(open(number, options.now, sealed))
    } catch (error) {
      if (!isDamage(error)) throw error
      const to = moveToDamaged(pathOf(folder, number))
      const { message: reason } = error as Error
      const what = 'a generation of the log cannot be opened and was put aside'
      notices.add(what, { number, to, reason })
    }
  }

  function openAll() {
    const numbers = numbersIn(folder)
    const newest = numbers.at(-1) ?? 0
    for (const number of numbers) openHeld(number, number !== newest)
    if (generations.at(-1)?.number !== newest || newest === 0) begin(newest + 1, options.now)
    for (const generation of generations.slice(0, -1)) {
      if (generation.isUnsaved) save(() => generation.seal())
    }
    if (!current().mayGrow) leave(current(), options.now)
    if (options.furthest > end()) goPast(options.furthest)
    reversed = generations.toReversed()
  }

  /**
   * Begins a generation beyond a position that was handled and is no longer here: the folder is of
   * an earlier day, or has lost its end. No position is given out twice, or followers would pass
   * over the events that get it.
   */
  function goPast(furthest: Position) {
    const missing = 'the log ends before what was handled: it was restored, or has lost its end'
    const places = { endsAt: end(), handled: furthest }
    notices.add(`${missing}; it goes on beyond, and everything new is handed on`, places)
    const before = current()
    begin(Math.floor(furthest / CAPACITY) + 1, options.now)
    save(() => before.seal())
  }

  /** Saves an index. It is only a copy of what the log says: a failure costs time, not events. */
  function save(how: () => Promise<void>) {
    const work = how().catch((error: Error) => {
      log.warn('the index of a generation could not be saved', { reason: error.message })
    })
    saving.add(work)
    void work.finally(() => saving.delete(work))
  }

  function leave(generation: Generation, now: number) {
    if (generation !== current()) return
    begin(generation.number + 1, now)
    save(() => generation.seal())
  }

  function roomFor(count: number, now: number): Generation {
    const growing = current()
    const isFull = growing.index.count + count > CAPACITY
    const isOld = now - growing.begunAt > MAX_AGE_MS && growing.index.count > 0
    if (isFull || isOld) leave(growing, now)
    return current()
  }

  const generationAt = (position: Position) => reversed.find(({ base }) => base <= position)

  const listed = createListedSegments((position, atMost) => {
    for (const { base, index, segmentsFrom } of generations) {
      const offset = Math.max(0, position - base)
      const found = offset < index.count ? segmentsFrom(offset, atMost) : []
      // If nothing can be read any more, the next generation goes on.
      if (found.length > 0) return found
    }
    return []
  }, end)

  function dropExpired(now: number) {
    let dropped = 0
    while (generations.length > 1) {
      const oldest = generations[0]!
      if (oldest.index.maxExpires > now || floor() < oldest.base + CAPACITY) break
      dropped += oldest.index.count
      generations.shift()
      reversed = generations.toReversed()
      listed.clear()
      oldest.drop()
    }
    return { dropped }
  }

  const recent = createRecentRecords()
  openAll()
  return {
    recent,
    leave,
    end,
    probe: () => current().probe(),
    roomFor,
    dropExpired,
    newestFirst: () => reversed,
    readAhead: createReadAhead({ generationAt, unpacked }),

    segmentsFrom: listed.from,

    forget(position, count) {
      recent.forget(position, count)
      listed.clear()
    },

    recordsOf(segment) {
      const held = recent.get(segment.position, segment.count)
      return held ?? generationAt(segment.position)?.recordsOf(segment)
    },

    countFrom(position) {
      let count = 0
      for (const { base, index } of reversed) {
        if (base + index.count <= position) break
        count += index.count - Math.max(0, position - base)
      }
      return count
    },

    announce(bytes) {
      for (const listener of listeners) listener(bytes)
    },

    onAppend(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    async close() {
      save(() => current().saveIndex())
      await Promise.all(saving)
      await checkpointer[Symbol.asyncDispose]()
      for (const generation of generations) generation.close()
    },
  }
}

/** Lists the numbers of the generations, ascending, and removes unfinished index files. */
function numbersIn(folder: string): number[] {
  const names = readdirSync(folder)
  for (const name of names)
    if (name.endsWith('.idx.new')) rmSync(join(folder, name), { force: true })
  const numbers = names.flatMap((name) =>
    /^\d+\.db$/.test(name) ? [Number.parseInt(name, 10)] : [],
  )
  return numbers.sort((a, b) => a - b)
}
