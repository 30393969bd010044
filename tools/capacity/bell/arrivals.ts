import type { EventRecord } from '../../../src/event/record'
import { createBusyStores } from '../../../src/ingest/busy-store'
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
  /** Draws the tenant of a request. */
  tenantOf: () => string
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
export function sandboxesWith({
  time,
  random,
  table,
  bucket,
  batch,
  remembers,
  laneOf,
  tenantOf,
}: Needs) {
  // Nobody looks further into them: what the code does depends on their number, and on whose they are.
  const recordsOf = (tenantId: string) =>
    Array.from({ length: batch }, () => ({ tenantId }) as EventRecord)
  // The time of a try is the table's; the rest, some of it before and some after, is waited for at once.
  const aroundMs = apiRequestMs(batch) - assumed.apiCallMs
  const timing = { now: time.now, wait: time.wait, random }

  return function makeSandbox(): Sandbox {
    const busyFor = remembers ? createBusyStores(timing) : undefined
    const append = appendWith({ events: table, ...timing, busyFor })

    async function take(): Promise<Fate> {
      const tenantId = tenantOf()
      const records = recordsOf(tenantId)
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
      busyFor?.(tenantId).askAgain()
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
