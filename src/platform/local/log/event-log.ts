import { mkdirSync, readdirSync } from 'node:fs'
import type { Log } from '../../../telemetry/log'
import { PRIVATE_FOLDER } from '../private-files'
import { createCheckpointer } from './checkpointer'
import type { EventKeys } from './event-keys'
import {
  CAPACITY,
  type Generation,
  openGeneration,
  type Position,
  type UnpackedSegments,
} from './generation'
import { createRecentRecords, type RecentRecords } from './recent-records'
import type { FiledSegment } from './segment-file'

// A day: expiry works in whole generations, and a day is fine enough for a time given in days.
const MAX_AGE_MS = 24 * 60 * 60 * 1000

/** All generations, oldest to newest. The last one grows. */
export interface EventLog {
  /** The growing generation, after beginning a new one when `count` more do not fit. */
  roomFor(count: number, now: number): Generation
  newestFirst(): readonly Generation[]
  /** Segments from a position on; one in the past of what is held means the oldest that is. */
  segmentsFrom(position: Position, maxRecords: number): FiledSegment[]
  /** How many records stand at `position` and later. */
  countFrom(position: Position): number
  /** Where the next record will stand. */
  end(): Position
  readonly recent: RecentRecords
  /** Commits a change that changes nothing. @throws {StorageError} as an append would */
  probe(): void
  announce(): void
  /** @returns a function that ends the subscription */
  onAppend(listener: () => void): () => void
  /** Drops generations that are expired as a whole and that every follower has passed. */
  dropExpired(now: number): { dropped: number }
  close(): Promise<void>
}

export function openEventLog(options: {
  folder: string
  keys: EventKeys
  now: number
  log: Log
  /** The smallest position that some follower still needs. */
  floor(): Position
}): EventLog {
  const { folder, keys, floor } = options
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  const numbers = readdirSync(folder)
    .flatMap((name) => (name.endsWith('.db') ? [Number.parseInt(name, 10)] : []))
    .sort((a, b) => a - b)
  const newest = numbers.at(-1) ?? 1
  if (numbers.length === 0) numbers.push(newest)

  const checkpointer = createCheckpointer()
  const unpacked: UnpackedSegments = new Map()
  const open = (number: number, now: number, sealed: boolean) =>
    openGeneration(folder, number, { keys, now, sealed, checkpointer, unpacked })
  const generations = numbers.map((number) => open(number, options.now, number !== newest))
  let reversed = generations.toReversed()
  const listeners = new Set<() => void>()
  const saving = new Set<Promise<void>>()

  const current = () => generations.at(-1)!

  /** The index is only a copy of what the log says: failing to save it costs time, not events. */
  function save(generation: Generation) {
    const work = generation.saveIndex().catch((error: Error) => {
      options.log.warn('the index of a generation could not be saved', { reason: error.message })
    })
    saving.add(work)
    void work.finally(() => saving.delete(work))
  }

  function roomFor(count: number, now: number): Generation {
    const growing = current()
    const isFull = growing.index.count + count > CAPACITY
    const isOld = now - growing.begunAt > MAX_AGE_MS && growing.index.count > 0
    if (!isFull && !isOld) return growing
    const next = open(growing.number + 1, now, false)
    generations.push(next)
    reversed = generations.toReversed()
    save(growing)
    return next
  }

  function dropExpired(now: number) {
    let dropped = 0
    while (generations.length > 1) {
      const oldest = generations[0]!
      if (oldest.index.maxExpires > now || floor() < oldest.base + CAPACITY) break
      dropped += oldest.index.count
      generations.shift()
      reversed = generations.toReversed()
      oldest.drop()
    }
    return { dropped }
  }

  return {
    recent: createRecentRecords(),
    probe: () => current().probe(),
    roomFor,
    dropExpired,
    newestFirst: () => reversed,

    segmentsFrom(position, maxRecords) {
      for (const { base, index, segmentsFrom } of generations) {
        const offset = Math.max(0, position - base)
        if (offset < index.count) return segmentsFrom(offset, maxRecords)
      }
      return []
    },

    countFrom(position) {
      let count = 0
      for (const { base, index } of reversed) {
        if (base + index.count <= position) break
        count += index.count - Math.max(0, position - base)
      }
      return count
    },

    end: () => current().base + current().index.count,

    announce() {
      for (const listener of listeners) listener()
    },

    onAppend(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    async close() {
      save(current())
      await Promise.all(saving)
      await checkpointer[Symbol.asyncDispose]()
      for (const generation of generations) generation.close()
    },
  }
}
