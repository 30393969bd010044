import { setTimeout as sleep } from 'node:timers/promises'
import { StorageError } from '../error/storage-error'
import type { BlobEntry, BlobStore } from '../platform/blob-store'
import type { Clock } from '../platform/clock'
import { createOrder, type Ended } from './drain-order'
import { createAhead, createPace } from './drain-pace'
import { lanePrefix, MAX_REFUSALS } from './draining'
import { createIngestReading, type IngestReadingNeeds } from './ingest-reading'
import { readSpilled, type SpilledRequest } from './spill'

interface Needs extends Omit<IngestReadingNeeds, 'spill' | 'asksOnce'> {
  blobs: Pick<BlobStore, 'get' | 'list' | 'delete'>
  clock: Clock
  /** Resolves after so many milliseconds; left out, they pass. */
  wait?: (ms: number) => Promise<unknown>
  /** The number lies between 0 and 1. */
  random?: () => number
}

/** This is the result of one run over a lane. */
export interface Drained {
  /** So many requests are stored, or in quarantine, and gone from the lane. */
  stored: number
  /** So many were read and stay in the lane: they cannot be kept now, or the store was too busy. */
  left: number
  /** The time was up, perhaps before the end of the lane: another run has to look. */
  isCut: boolean
  /** The store was busy, for all or for some, and the rest waits until it is not. */
  isBusy: boolean
}

// A page is one answer of S3's list.
const PAGE = 1000

/**
 * Sends the requests of a lane through the pipeline, with the time and the sender that they came with; the time
 * of their hot copies counts from now. Many are under way at a time, but those that share a learner or an id go
 * one after another, in the order of their arrival. A request is deleted once everything in it is stored or
 * in quarantine, so that it is replayed again after any failure in between, and what was stored is recognised.
 * One that cannot be kept holds up nobody; when the store is busy, the worker slows down, and gives up.
 * @param maxMs no further request is begun after so long
 * @throws {StorageError} when the lane cannot be listed; what was begun has ended by then
 */
export async function drainLane(needs: Needs, lane: string, maxMs: number): Promise<Drained> {
  const { blobs, clock, log, wait = sleep, random = Math.random } = needs
  const ingestReading = createIngestReading({ ...needs, spill: undefined, asksOnce: true })
  const pace = createPace({ wait, random })
  const inOrder = createOrder()
  const ahead = createAhead()
  const deadline = clock.monotonic() + maxMs
  const isTimeUp = () => clock.monotonic() >= deadline
  const drained: Drained = { stored: 0, left: 0, isCut: false, isBusy: false }
  // The store was too busy for one of them, however often it was asked.
  let isRefused = false
  // A request that cannot be read now may be of anybody: nobody's later requests may overtake it.
  let isHalted = false

  function note(key: string, thrown: unknown) {
    drained.left += 1
    const { name, message } = thrown as Error
    log.error('a spilled request stays spilled', { key, error: name, message })
  }

  /** Deletes it. What was stored is recognised when it comes again, so a failure here is none of the request. */
  async function forget(key: string) {
    try {
      await blobs.delete(key)
      drained.stored += 1
    } catch (thrown) {
      note(key, thrown)
    }
  }

  /** Stores it, and again after each pause while the store is too busy, a few times. */
  async function store(key: string, { reading, arrival }: SpilledRequest): Promise<Ended> {
    for (let refusals = 0; refusals < MAX_REFUSALS; refusals += 1) {
      const entered = await pace.enter()
      if (isTimeUp() || pace.isOver()) {
        pace.leave(false)
        return 'waits'
      }
      try {
        await ingestReading(reading, { ...arrival, storedAt: clock.now().toISOString() })
      } catch (thrown) {
        if (isPassing(thrown)) {
          await pace.leaveBusy(entered)
          continue
        }
        pace.leave(true)
        note(key, thrown)
        return 'done'
      }
      pace.leave(true)
      await forget(key)
      return 'done'
    }
    isRefused = true
    return 'waits'
  }

  /** Reads a request. @returns undefined when it need not, or cannot, be stored */
  async function read(key: string): Promise<SpilledRequest | undefined> {
    try {
      const bytes = await blobs.get(key)
      return bytes && (await readSpilled(bytes)) // another run may have taken it
    } catch (thrown) {
      if (isPassing(thrown)) isHalted = true
      note(key, thrown)
      return undefined
    }
  }

  async function takeUp() {
    let noted: Promise<unknown> = Promise.resolve()
    for await (const { key, bytes } of entriesOf(blobs, lanePrefix(lane))) {
      await ahead.enter(bytes)
      if (isTimeUp() || pace.isOver() || isHalted) return ahead.leave(bytes)
      // They are read side by side, and noted one behind another.
      const request = read(key)
      noted = Promise.all([request, noted]).then(([request]) => {
        void follow(key, request)
          .catch((thrown) => note(key, thrown))
          .finally(() => ahead.leave(bytes))
      })
    }
  }

  async function follow(key: string, request: SpilledRequest | undefined): Promise<void> {
    if (request === undefined) return
    const how = isHalted ? 'waits' : await inOrder(request, () => store(key, request))
    if (how === 'waits') drained.left += 1
  }

  try {
    await takeUp()
  } finally {
    await ahead.empty()
    drained.isCut = isTimeUp()
    drained.isBusy = pace.isOver() || isHalted || isRefused
    const { stored, isBusy } = drained
    if (stored > 0) log.info('spilled requests were stored', { lane, ...drained })
    if (isBusy) log.warn('the store is busy; spilled requests wait', { lane, ...drained })
  }
  return drained
}

function isPassing(thrown: unknown): boolean {
  return thrown instanceof StorageError && thrown.isRetriable
}

async function* entriesOf(blobs: Needs['blobs'], prefix: string): AsyncGenerator<BlobEntry> {
  let after: string | undefined
  for (;;) {
    const page = await blobs.list(prefix, PAGE, after)
    yield* page
    if (page.length < PAGE) return
    after = page.at(-1)!.key
  }
}
