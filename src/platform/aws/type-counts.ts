import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import { createNotedTypes, type NotedTypes } from '../shared/noted-types'
import { hourOf, KEPT_MS } from '../shared/tally'
import type { TypeCounts } from '../type-counts'
import { createSettling, type Settling } from './counts/settling'
import { guarded } from './errors'

export type SettlingTypes = TypeCounts & Pick<Settling, 'settle'> & AsyncDisposable

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
  const settling = createSettling({
    name: 'counts by type',
    everyMs: FLUSH_MS,
    isNoted: () => noted.size() > 0,
    write: writeAll,
    clock,
    log,
  })

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

  async function writeAll() {
    const taken = noted.take()
    if (taken.length === 0) return
    const { inParallel } = await import('./dynamo/in-parallel')
    const failures = await inParallel(byType(taken), WIDTH, write)
    const failed = failures.find((failure) => failure !== undefined)
    if (failed !== undefined) throw failed
  }

  return {
    add: noted.add,

    settle: settling.settle,

    read: (tenantId, now) =>
      guarded('reading counts by type', async () => {
        await settling.flush()
        const { readTypes } = await import('./counts/read-types')
        return readTypes({ client, table }, tenantId, now)
      }),

    forget: (tenantId, before) =>
      guarded('forgetting counts by type', async () => {
        await settling.flush()
        noted.forget(tenantId, before.time)
        const oldest = hourOf(new Date(clock.now().getTime() - KEPT_MS).toISOString())
        if (hourOf(before.time) < oldest) return { removed: 0 }
        const { forgetTypes } = await import('./counts/read-types')
        return forgetTypes({ client, table }, tenantId, before)
      }),

    [Symbol.asyncDispose]: settling[Symbol.asyncDispose],
  }
}

function byType(noted: readonly NotedTypes[]): NotedTypes[][] {
  const types = Map.groupBy(noted, ({ tenantId, type }) => JSON.stringify([tenantId, type]))
  return [...types.values()]
}
