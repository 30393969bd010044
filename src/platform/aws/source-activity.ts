import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Log } from '../../telemetry/log'
import { addArrivals, emptyArrivals, isSomething, later } from '../arrivals'
import type { Clock } from '../clock'
import { MAX_NOTED, slotOf } from '../shared/arrival-slots'
import type { SourceActivity } from '../source-activity'
import type { NotedArrivals } from './counts/arrivals'
import { keyOf } from './dynamo/attributes'
import { transact } from './dynamo/transact'
import { guarded } from './errors'

export interface SettlingActivity extends SourceActivity, AsyncDisposable {
  /** Does what `SettlingCounts.settle` does. */
  settle(): Promise<void>
}

interface Needs {
  client: DynamoDBClient
  /** Names the registry's table. */
  table: string
  clock: Clock
  log: Log
}

// The requests of ten seconds share one write. A function that ends unasked loses the counts of
// this long.
const FLUSH_MS = 10_000

/** Counts arrivals in the registry's table. Disposing writes what is still in memory. */
export function createSourceActivity({ client, table, clock, log }: Needs): SettlingActivity {
  const noted = new Map<string, NotedArrivals>()
  let flushedAt = Number.NEGATIVE_INFINITY
  let flushing: Promise<void> = Promise.resolve()

  function note({ sender, slot, lastUsedAt, lastSeenAt, arrivals }: NotedArrivals) {
    const name = keyOf(sender.tenantId, sender.sourceId, sender.keyId, slot)
    let sum = noted.get(name)
    if (sum === undefined) {
      if (noted.size >= MAX_NOTED) return
      sum = { sender, slot, lastUsedAt, lastSeenAt, arrivals: emptyArrivals() }
      noted.set(name, sum)
    }
    addArrivals(sum.arrivals, arrivals)
    sum.lastUsedAt = later(sum.lastUsedAt, lastUsedAt)
    sum.lastSeenAt = later(sum.lastSeenAt, lastSeenAt)
  }

  /**
   * Writes the slots of one sender in their order: they share an item, which has the latest times.
   * What cannot be written stays noted.
   */
  async function write(sums: NotedArrivals[]) {
    const { updatesOf } = await import('./counts/arrivals')
    const left = sums.sort((a, b) => (a.slot < b.slot ? -1 : 1))
    try {
      for (let sum = left[0]; sum !== undefined; sum = left[0]) {
        // As for conformance: a lost reply must not count twice, and one that meets another waits.
        await transact(client, updatesOf(table, sum), 1)
        left.shift()
      }
    } catch (error) {
      left.forEach(note)
      throw error
    }
  }

  /** Waits for the flush before it, which may have taken what was noted and not yet written it. */
  function flush(): Promise<void> {
    flushing = flushing
      .catch(() => {})
      .then(async () => {
        flushedAt = clock.monotonic()
        const senders = [...bySender(noted.values()).values()]
        noted.clear()
        const failed = (await Promise.allSettled(senders.map(write))).find(
          ({ status }) => status === 'rejected',
        )
        if (failed !== undefined) throw (failed as PromiseRejectedResult).reason
      })
    return flushing
  }

  async function flushQuietly() {
    try {
      await flush()
    } catch (error) {
      log.warn('counts of arrivals were not saved yet', { reason: (error as Error).message })
    }
  }

  return {
    add({ tenantId, sourceId, keyId }, at, arrivals) {
      const sender = { tenantId, sourceId, keyId }
      const sum = { ...emptyArrivals(), ...arrivals }
      const lastSeenAt = isSomething(arrivals) ? at : undefined
      note({ sender, slot: slotOf(at), lastUsedAt: at, lastSeenAt, arrivals: sum })
    },

    async settle() {
      const isDue = clock.monotonic() - flushedAt >= FLUSH_MS
      if (isDue && noted.size > 0) await flushQuietly()
    },

    read: (tenantId, now) =>
      guarded('reading counts of arrivals', async () => {
        await flush()
        const { readSeen } = await import('./counts/read-seen')
        return readSeen(client, table, tenantId, now)
      }),

    [Symbol.asyncDispose]: flushQuietly,
  }
}

function bySender(sums: Iterable<NotedArrivals>): Map<string, NotedArrivals[]> {
  const senders = new Map<string, NotedArrivals[]>()
  for (const sum of sums) {
    const { tenantId, sourceId, keyId } = sum.sender
    const name = keyOf(tenantId, sourceId, keyId)
    senders.set(name, [...(senders.get(name) ?? []), sum])
  }
  return senders
}
