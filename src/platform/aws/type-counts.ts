import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import { hourOf, KEPT_MS } from '../shared/tally'
import { createNotedTypes } from '../shared/type-slots'
import type { TypeCounts } from '../type-counts'
import { guarded } from './errors'

export interface SettlingTypes extends TypeCounts, AsyncDisposable {
  /** Does what `SettlingCounts.settle` does, of five seconds. */
  settle(): Promise<void>
}

interface Needs {
  client: DynamoDBClient
  /** Names the registry's table. */
  table: string
  clock: Clock
  log: Log
}

// The requests of five seconds share one write. A function that ends unasked loses the counts of
// this long.
const FLUSH_MS = 5_000
// A connection serves one write at a time.
const WIDTH = 16

/** Counts events by type in the registry's table. Disposing writes what is still in memory. */
export function createTypeCounts({ client, table, clock, log }: Needs): SettlingTypes {
  const noted = createNotedTypes()
  let flushedAt = Number.NEGATIVE_INFINITY
  let flushing: Promise<void> = Promise.resolve()

  /** Waits for the flush before it, which may have taken what was noted and not yet written it. */
  function flush(): Promise<void> {
    flushing = flushing
      .catch(() => {})
      .then(async () => {
        flushedAt = clock.monotonic()
        const taken = noted.take()
        if (taken.length === 0) return
        const { writeType } = await import('./counts/types')
        const { inParallel } = await import('./dynamo/in-parallel')
        const failures: unknown[] = []
        await inParallel(taken, WIDTH, async (one) => {
          try {
            await writeType(client, table, one)
          } catch (error) {
            noted.note(one)
            failures.push(error)
          }
        })
        if (failures.length > 0) throw failures[0]
      })
    return flushing
  }

  async function flushQuietly() {
    try {
      await flush()
    } catch (error) {
      log.warn('counts by type were not saved yet', { reason: (error as Error).message })
    }
  }

  return {
    add: noted.add,

    async settle() {
      const isDue = clock.monotonic() - flushedAt >= FLUSH_MS
      if (isDue && noted.size() > 0) await flushQuietly()
    },

    read: (tenantId, now) =>
      guarded('reading counts by type', async () => {
        await flush()
        const { readTypes } = await import('./counts/read-types')
        return readTypes({ client, table }, tenantId, now)
      }),

    forget: (tenantId, before) =>
      guarded('forgetting counts by type', async () => {
        await flush()
        const now = clock.now()
        noted.forget(tenantId, before?.time ?? now.toISOString())
        const oldest = hourOf(new Date(now.getTime() - KEPT_MS).toISOString())
        if (before !== undefined && hourOf(before.time) < oldest) return { removed: 0 }
        const { forgetTypes } = await import('./counts/read-types')
        return forgetTypes({ client, table }, tenantId, { before, now })
      }),

    [Symbol.asyncDispose]: flushQuietly,
  }
}
