import { randomBytes } from 'node:crypto'
import type { EventRecord } from '../../../event/record'
import type { Log } from '../../../telemetry/log'
import type { ChangeBatch, Consumer, Follower } from '../../change-feed'
import type { Clock } from '../../clock'
import type { Cursors, Intent } from './cursors'
import type { EventLog } from './event-log'
import type { Position } from './generation'
import { listInSlices } from './listed-segments'
import type { FiledSegment } from './segment-file'

/** A segment batch also hands out its segments, for a consumer that can use them undecoded. */
export interface SegmentBatch extends ChangeBatch {
  readonly segments: readonly FiledSegment[]
  /** Gives the records of one of them, where they are still in memory: they need not be unpacked. */
  recentOf(segment: FiledSegment): readonly EventRecord[] | undefined
}

// A handler that fails is tried again after 0.1 s, then twice as long each time, up to 30 s: soon
// enough for a hiccup, seldom enough not to hammer what is down.
const FIRST_PAUSE_MS = 100
const LAST_PAUSE_MS = 30_000
// The saved cursor of an inexact consumer may be so old; a crash repeats as much.
const SAVE_MS = 1000
// A crash has a consumer make again from the log what it had in memory: as much as came in so long.
const SETTLE_MS = 10_000

// The name is drawn at each start, so that no batch ever has that of another: in a folder that was
// restored from an earlier day, the same stretch may hold other records than it did.
const RUN = randomBytes(6).toString('hex')

const ONE = { records: 1, bytes: 1 }

interface Decoded {
  records: readonly EventRecord[]
  positions: readonly Position[]
  storedAt: readonly number[]
}

export function follow(
  parts: { log: EventLog; cursors: Cursors; clock: Clock; telemetry: Log },
  consumer: Consumer,
): Follower {
  const { log, cursors, clock, telemetry } = parts
  const begun = cursors.read(consumer.name)
  let handled: Position = begun.handled
  let intended: Intent | undefined = begun.intended
  let saved: Position = handled
  let savedAt = consumer.settle === undefined ? 0 : performance.now()
  let saveLater: Timer | undefined
  let saving = Promise.resolve()
  let isStopped = false
  /** A caller of `drain` wants to see everything up to this position handled. */
  let drainTo: Position = 0
  let wake = () => {}
  const drains = new Set<{ resolve(): void; reject(error: unknown): void }>()
  /** Records that waited before the start, up to this position, are handled without waiting. */
  const begunAt = log.countFrom(handled) > 0 ? log.end() : handled
  const isBehind = () => handled < begunAt
  /** So many bytes were appended since. */
  let waitingBytes = 0
  /** Something waits to be handled, and the batch is given time to grow. */
  let isGrowing = false
  const unsubscribe = log.onAppend((bytes) => {
    waitingBytes += bytes
    if (!isGrowing || isFull()) wake()
  })

  /** Waits until something is appended, a drain or a stop is asked for, or `ms` have passed. */
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(done, ms)
      function done() {
        clearTimeout(timer)
        wake = () => {}
        resolve()
      }
      wake = done
    })
  }

  const isHurried = () => isStopped || drainTo > handled
  const isFull = () =>
    log.countFrom(handled) >= consumer.maxRecords || isBehind() || waitingBytes >= consumer.maxBytes

  async function untilReady() {
    while (!isStopped && log.countFrom(handled) === 0) {
      if (isSettlingDue()) return
      const isSettled = consumer.settle === undefined || handled === saved
      await pause(isSettled ? Number.POSITIVE_INFINITY : savedAt + SETTLE_MS - performance.now())
    }
    const end = performance.now() + consumer.maxWaitMs
    isGrowing = true
    for (;;) {
      const left = end - performance.now()
      if (left <= 0 || isHurried() || isFull()) break
      await pause(left)
    }
    isGrowing = false
  }

  async function nextBatch(): Promise<SegmentBatch & { end: Position; bytes: number }> {
    const segments = await nextSegments()
    const last = segments.at(-1)
    const end = last ? last.position + last.count : (intended?.end ?? log.end())
    const batchId = `${consumer.name}-${RUN}-${segments[0]?.position ?? handled}-${end}`
    let decoded: Decoded | undefined
    const decode = () => {
      decoded ??= decodedOf(segments)
      return decoded
    }
    return {
      id: intended?.batchId ?? batchId,
      end,
      count: segments.reduce((sum, { count }) => sum + count, 0),
      bytes: segments.reduce((sum, { unpacked }) => sum + unpacked, 0),
      segments,
      recentOf: ({ position, count }) => log.recent.get(position, count),
      records: () => decode().records,
      positions: () => decode().positions,
      isWithin(place, { from, until }) {
        const position = decode().positions[place]!
        return position >= Number(from) && (until === undefined || position < Number(until))
      },
      storedAt: (place) => decode().storedAt[place]!,
    }
  }

  /**
   * Lists the next segments; none when nothing that waits can be read any more, and is passed over.
   */
  async function nextSegments(): Promise<readonly FiledSegment[]> {
    const { maxRecords, maxBytes } = consumer
    if (intended === undefined)
      return listInSlices(log.segmentsFrom, handled, { records: maxRecords, bytes: maxBytes })
    const { end } = intended
    // The batch is cut as it was then.
    const rest = { records: end - handled, bytes: Number.POSITIVE_INFINITY }
    return (await listInSlices(log.segmentsFrom, handled, rest)).filter(
      ({ position }) => position < end,
    )
  }

  function decodedOf(segments: readonly FiledSegment[]): Decoded {
    const records: EventRecord[] = []
    const positions: Position[] = []
    const storedAt: number[] = []
    for (const segment of segments) {
      for (const [at, record] of (log.recordsOf(segment) ?? []).entries()) {
        if (record === undefined) continue
        records.push(record)
        positions.push(segment.position + at)
        storedAt.push(segment.storedAt)
      }
    }
    return { records, positions, storedAt }
  }

  async function save() {
    clearTimeout(saveLater)
    saveLater = undefined
    const position = handled
    if (position === saved) return
    savedAt = performance.now()
    await cursors.write(consumer.name, position, undefined)
    saved = Math.max(saved, position)
  }

  /** Moves on. Nobody waits until the cursor is on the disk: the intent of the next batch is written behind it. */
  function advance(position: Position) {
    handled = position
    intended = undefined
    if (consumer.settle !== undefined) return
    if (consumer.isExact || performance.now() - savedAt >= SAVE_MS) saving = saveQuietly()
    else saveLater ??= setTimeout(() => (saving = saveQuietly()), SAVE_MS)
  }

  /** Saves the cursor. A failure repeats work after a restart; the next batch tries again. */
  async function saveQuietly() {
    try {
      await save()
    } catch (error) {
      telemetry.warn(`the cursor of ${consumer.name} was not saved`, {
        reason: (error as Error).message,
      })
    }
  }

  /** Saves the cursor after all before it was made durable. */
  async function settle() {
    const position = handled
    if (position === saved) return
    await consumer.settle?.()
    await cursors.write(consumer.name, position, undefined)
    saved = position
    savedAt = performance.now()
  }

  function isSettlingDue() {
    if (consumer.settle === undefined || handled === saved) return false
    const isAsked = drains.size > 0 && handled >= drainTo
    return isAsked || isStopped || performance.now() - savedAt >= SETTLE_MS
  }

  async function handleNext() {
    const batch = await nextBatch()
    if (consumer.isExact && intended === undefined) {
      const intent = { end: batch.end, batchId: batch.id }
      await cursors.write(consumer.name, handled, intent)
      intended = intent
    }
    if (batch.count > 0) await consumer.handle(batch)
    if (!isBehind()) waitingBytes = Math.max(0, waitingBytes - batch.bytes)
    advance(batch.end)
  }

  function settlesLater({ message: reason }: Error) {
    telemetry.warn(`${consumer.name} did not settle; the next start repeats some`, { reason })
  }

  function endDrains(how: (drain: { resolve(): void; reject(error: unknown): void }) => void) {
    for (const drain of drains) how(drain)
    drains.clear()
  }

  async function run() {
    let wait = FIRST_PAUSE_MS
    while (!isStopped) {
      await untilReady()
      if (isStopped) break
      try {
        if (log.countFrom(handled) > 0) await handleNext()
        if (isSettlingDue()) await settle()
        wait = FIRST_PAUSE_MS
        if (handled >= drainTo) endDrains(({ resolve }) => resolve())
      } catch (error) {
        if (consumer.settle !== undefined) handled = saved
        endDrains(({ reject }) => reject(error))
        telemetry.error(`${consumer.name} could not handle a batch; it will be tried again`, {
          reason: (error as Error).message,
          inMs: wait,
        })
        const until = performance.now() + wait
        while (!isStopped && performance.now() < until) await pause(until - performance.now())
        wait = Math.min(wait * 2, LAST_PAUSE_MS)
      }
    }
  }

  const running = run()
  return {
    async drain() {
      const target = log.end()
      const isBehind = () => handled < target && log.countFrom(handled) > 0
      const isOpen = () => consumer.settle !== undefined && saved < Math.min(target, handled)
      while (!isStopped && (isBehind() || isOpen())) {
        drainTo = Math.max(drainTo, target)
        await new Promise<void>((resolve, reject) => {
          drains.add({ resolve, reject })
          wake()
        })
      }
    },

    lag() {
      const records = log.countFrom(handled)
      if (records === 0) return { records, ageMs: 0 }
      const oldest = log.segmentsFrom(handled, ONE)[0]?.storedAt ?? 0
      return { records, ageMs: Math.max(0, clock.now().getTime() - oldest) }
    },

    async [Symbol.asyncDispose]() {
      isStopped = true
      unsubscribe()
      wake()
      await running
      await saving
      if (consumer.settle === undefined) await saveQuietly()
      else await settle().catch(settlesLater)
      endDrains(({ resolve }) => resolve())
    },
  }
}
