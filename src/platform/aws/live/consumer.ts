import type { Consumer } from '../../change-feed'
import { inParallel } from '../dynamo/in-parallel'
import { keyOf } from '../events/keys'
import type { LiveLog } from './log'

/**
 * Posts what the log of a tenant has to those connections that want it. It never throws: whoever
 * could not be told reads on from the log.
 */
export type LiveFanOut = (tenantId: string) => Promise<void>

interface Needs {
  liveLog: Pick<LiveLog, 'wanted' | 'append'>
  /** Left out, the log is all that is written. */
  fanOut?: LiveFanOut | undefined
}

// A row has 22 bytes for each: 11 KB, and a batch of the stream has no more (`infra/stream-mapping.ts`).
const MAX_RECORDS = 500
// A row names its events, however large they are: this is what a batch has in memory.
const MAX_BYTES = 16 * 1024 * 1024
// A batch has events of a few tenants. Each is a transaction of some ten milliseconds.
const TENANTS_AT_A_TIME = 8
// Posting waits for those who take nothing: the other tenants of a batch, of which there are seldom as
// many, do not wait with it.
const POSTED_AT_A_TIME = 64

/**
 * Makes the consumer that writes live logs. A batch that comes again is written again: those who
 * follow are told of an event at least once.
 */
export function createLiveConsumer({ liveLog, fanOut }: Needs): Consumer {
  return {
    name: 'live',
    maxRecords: MAX_RECORDS,
    maxBytes: MAX_BYTES,
    maxWaitMs: 0,
    async handle(batch) {
      const byTenant = Map.groupBy(batch.records(), ({ tenantId }) => tenantId)
      const heads = await liveLog.wanted(byTenant.keys())
      await inParallel([...heads], TENANTS_AT_A_TIME, async ([tenantId, head]) => {
        const keys = byTenant.get(tenantId)!.map(({ eventId }) => keyOf(tenantId, eventId))
        await liveLog.append(tenantId, head, keys)
      })
      // Every log has what it should have before anybody is waited for.
      if (fanOut !== undefined) await inParallel([...heads.keys()], POSTED_AT_A_TIME, fanOut)
    },
  }
}
