import type { EventRecord } from '../../../event/record'
import type { Consumer } from '../../change-feed'
import type { StoredRecord } from '../../live-feed'
import type { TokenSigner } from '../../token-signer'
import { inParallel } from '../dynamo/in-parallel'
import { keyOf } from '../events/keys'
import type { Head, LiveLog } from './log'
import { placeAfter, positionsOf } from './place'

/**
 * Posts what was stored to those connections of a tenant that want it. It never throws: whoever
 * could not be told reads on from the log.
 */
export type LiveFanOut = (tenantId: string, stored: readonly StoredRecord[]) => Promise<void>

interface Needs {
  liveLog: Pick<LiveLog, 'wanted' | 'append'>
  tokens(): Promise<TokenSigner>
  /** Left out, the log is all that is written. */
  fanOut?: LiveFanOut | undefined
}

// A row has 22 bytes for each: 11 KB, and a batch of the stream has no more (`infra/changes.ts`).
const MAX_RECORDS = 500
// What is read of a row again is read by key, however large: this is the memory of fan-out alone.
const MAX_BYTES = 16 * 1024 * 1024
// A batch has events of a few tenants. Each is a transaction of some ten milliseconds.
const TENANTS_AT_A_TIME = 8

/**
 * Makes the consumer that writes live logs. A batch that comes again is written again: those who
 * follow are told of an event at least once.
 */
export function createLiveConsumer({ liveLog, tokens, fanOut }: Needs): Consumer {
  async function handOn(tenantId: string, head: Head, records: readonly EventRecord[]) {
    const keys = records.map((record) => keyOf(tenantId, record.eventId))
    const row = await liveLog.append(tenantId, head, keys)
    if (fanOut === undefined) return
    const positions = positionsOf(await tokens(), tenantId)
    const stored = records.map((record, place): StoredRecord => {
      const position = positions.lazily(placeAfter(row, place, records.length))
      return { record, position }
    })
    await fanOut(tenantId, stored)
  }

  return {
    name: 'live',
    maxRecords: MAX_RECORDS,
    maxBytes: MAX_BYTES,
    maxWaitMs: 0,
    async handle(batch) {
      const byTenant = Map.groupBy(batch.records(), ({ tenantId }) => tenantId)
      const heads = await liveLog.wanted(byTenant.keys())
      await inParallel([...heads], TENANTS_AT_A_TIME, ([tenantId, head]) => {
        return handOn(tenantId, head, byTenant.get(tenantId)!)
      })
    },
  }
}
