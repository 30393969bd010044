import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import { createNotedTypes, type NotedTypes } from '../shared/noted-types'
import { hourOf, KEPT_MS } from '../shared/tally'
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

  /**
   * Writes the hours of one type in their order: they share an item, which has the latest time.
   * @returns why something could not be written, which stays noted
   */
  async function write(hours: NotedTypes[]): Promise<unknown> {
    const { writeType } = await import('./counts/types')
    const left = hours.sort((a, b) => (a.hour < b.hour ? -1 : 1))
    try {
      for (let one = left[0]; one !== undefined; one = left[0]) {
        await writeType(client, table, one)
        left.shift()
      }
      return undefined
    } catch (error) {
      left.forEach(noted.note)
      return error
    }
  }

  /** Waits for the flush before it, which may have taken what was noted and not yet written it. */
  function flush(): Promise<void> {
    flushing = flushing
      .catch(() => {})
      .then(async () => {
        flushedAt = clock.monotonic()
        const taken = noted.take()
        if (taken.length === 0) return
        const { inParallel } = await import('./dynamo/in-parallel')
        const failures = await inParallel(byType(taken), WIDTH, write)
        const failed = failures.find((failure) => failure !== undefined)
        if (failed !== undefined) throw failed
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

function byType(noted: readonly NotedTypes[]): NotedTypes[][] {
  const types = Map.groupBy(noted, ({ tenantId, type }) => JSON.stringify([tenantId, type]))
  return [...types.values()]
}
