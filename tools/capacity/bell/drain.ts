import type { EventRecord } from '../../../src/event/record'
import { askedOnce } from '../../../src/ingest/busy-store'
import { createAhead, createPace } from '../../../src/ingest/drain-pace'
import { LANES, MAX_REFUSALS, WORKERS } from '../../../src/ingest/draining'
import { appendWith } from '../../../src/ingest/steps/append'
import { assumed } from '../load'
import { type BellSetting, bellRates, partOf } from './setting'
import { createWorld, type Second } from './world'

/** This is how spilled requests are put back beside the senders of an hour. */
export interface Draining {
  /** So many requests were put back a second. */
  perSecond: number
  /** So many requests of those who sent meanwhile were spilled, a second. */
  spilledPerSecond: number
}

const BEFORE_SECONDS = 3
// Workers find their pace within a few pauses.
const SETTLING_SECONDS = 10
const MEASURED_SECONDS = 20

/**
 * Drains lanes that do not end, by the pace and the places that workers have (`ingest/drain-pace.ts`), while
 * as many requests arrive as before a bell. What is around them is as in `ingest/drain-lane.ts`; that requests
 * of one learner go one after another is left out, since a lane has those of hundreds.
 */
export async function drainBeside(whole: BellSetting): Promise<Draining> {
  const setting = partOf(whole)
  const { before } = bellRates(setting)
  const { time, random, table, second } = createWorld(setting)
  const timing = { now: time.now, wait: time.wait, random }
  const append = appendWith({ events: table, ...timing, busyFor: () => askedOnce })
  const records = Array.from({ length: setting.batch }, () => ({}) as EventRecord)
  let drained = 0
  // A lane that a worker gave up waits for the next sweep.
  let lanes = Math.round(LANES / setting.parts)

  async function work(): Promise<void> {
    while (lanes > 0) {
      lanes -= 1
      await drainLane()
    }
  }

  async function drainLane(): Promise<void> {
    const pace = createPace(timing)
    const ahead = createAhead()
    let processorIsFree = 0

    /** Waits for S3, and for its turn at the worker's one processor. */
    async function read() {
      processorIsFree = Math.max(time.now(), processorIsFree) + assumed.drainCpuMs
      await time.wait(processorIsFree - time.now() + setting.s3Ms)
    }

    async function store(): Promise<void> {
      for (let refusals = 0; refusals < MAX_REFUSALS; refusals += 1) {
        const entered = await pace.enter()
        if (pace.isOver()) return pace.leave(false)
        try {
          await append(records)
        } catch {
          await pace.leaveBusy(entered)
          continue
        }
        pace.leave(true)
        await time.wait(setting.s3Ms)
        drained += 1
        return
      }
    }

    for (;;) {
      await ahead.enter(1)
      if (pace.isOver()) break
      void read()
        .then(store)
        .finally(() => ahead.leave(1))
    }
    ahead.leave(1)
    await ahead.empty()
  }

  async function pass(seconds: number): Promise<Second[]> {
    const passed: Second[] = []
    for (let left = seconds; left > 0; left -= 1) passed.push(await second(before))
    return passed
  }

  await pass(BEFORE_SECONDS)
  const workers = Math.max(1, Math.round(WORKERS / setting.parts))
  for (let worker = 0; worker < workers; worker += 1) void work()
  await pass(SETTLING_SECONDS)
  const from = drained
  const passed = await pass(MEASURED_SECONDS)
  const spilled = passed.reduce((all, one) => all + one.spilled, 0)
  const perSecond = (count: number) => Math.round((count * setting.parts) / MEASURED_SECONDS)
  return { perSecond: perSecond(drained - from), spilledPerSecond: perSecond(spilled) }
}
