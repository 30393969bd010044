import type { EventRecord } from '../../../src/event/record'
import { createBusyStore } from '../../../src/ingest/busy-store'
import { appendWith, StoreSpared } from '../../../src/ingest/steps/append'
import { apiRequestMs, assumed } from '../load'
import type { createSpillBucket } from './spill-bucket'
import type { Table } from './table'
import type { VirtualTime } from './virtual-time'

interface Needs {
  time: VirtualTime
  random: () => number
  table: Table
  bucket: ReturnType<typeof createSpillBucket>
  /** A request has so many events. */
  batch: number
  /** False has requests wait for three seconds, as before busy stores were remembered. */
  remembers: boolean
  /** Draws the lane that a request would be spilled to. */
  laneOf: () => number
}

/** Tells what became of a request. */
export type Fate = 'stored' | 'spilled' | 'refused'

/** A sandbox has the code that takes requests in, with a memory of its own. */
export interface Sandbox {
  /** @param isNew it has to start first */
  serve(isNew: boolean): Promise<Fate>
}

/**
 * Makes sandboxes that append by the code that functions run (`ingest/steps/append.ts`,
 * `ingest/busy-store.ts`), in virtual time. What is around it is as in `ingest/ingest-reading.ts`.
 */
export function sandboxesWith({ time, random, table, bucket, batch, remembers, laneOf }: Needs) {
  // Nobody looks into them: what the code does depends on their number.
  const records = Array.from({ length: batch }, () => ({}) as EventRecord)
  // The time of a try is the table's; the rest, some of it before and some after, is waited for at once.
  const aroundMs = apiRequestMs(batch) - assumed.apiCallMs
  const timing = { now: time.now, wait: time.wait, random }

  return function makeSandbox(): Sandbox {
    const busy = remembers ? createBusyStore(timing) : undefined
    const append = appendWith({ events: table, ...timing, busy })

    async function take(): Promise<Fate> {
      const thrown = await append(records).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (thrown === undefined) return 'stored'
      const isSpilled = await bucket.put(laneOf()).then(
        () => true,
        () => false,
      )
      if (isSpilled) return 'spilled'
      busy?.askAgain()
      if (!(thrown instanceof StoreSpared)) return 'refused'
      return append(records).then(
        () => 'stored' as const,
        () => 'refused' as const,
      )
    }

    return {
      async serve(isNew) {
        await time.wait(isNew ? assumed.apiStartMs + aroundMs : aroundMs)
        return take()
      },
    }
  }
}
