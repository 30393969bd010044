import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import type {
  ConformanceCounts,
  CountedInterval,
  CountedSource,
  Tally,
} from '../conformance-counts'
import {
  addTo,
  beginOf,
  emptyTally,
  endOf,
  hourOf,
  KEPT_MS,
  LENGTH,
  MAX_NOTED,
} from '../shared/tally'
import { partsOf, tallyFrom, updateOf } from './counts/items'
import { keyOf, queryAll, text } from './dynamo/attributes'
import { transact } from './dynamo/transact'
import { guarded } from './errors'

export interface SettlingCounts extends ConformanceCounts, AsyncDisposable {
  /**
   * Writes the noted counts if that was not done for ten seconds; never fails. It is awaited before
   * each reply, since a function may be frozen after it, or ended.
   */
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

/** Counts conformance in the registry's table. Disposing writes what is still in memory. */
export function createConformanceCounts({ client, table, clock, log }: Needs): SettlingCounts {
  const noted = new Map<string, { source: CountedSource; hour: string; tally: Tally }>()
  let flushedAt = Number.NEGATIVE_INFINITY
  let flushing: Promise<void> = Promise.resolve()

  function note(source: CountedSource, hour: string, tally: Tally) {
    const key = keyOf(source.tenantId, source.sourceId, hour)
    if (noted.size >= MAX_NOTED && !noted.has(key)) return
    const sum = noted.get(key) ?? { source, hour, tally: emptyTally() }
    addTo(sum.tally, tally)
    noted.set(key, sum)
  }

  /** Writes the counts of one hour. They stay noted when they cannot be written. */
  async function write(source: CountedSource, hour: string, tally: Tally) {
    try {
      // The write is a transaction of one, because only transactions are recognised when the SDK
      // repeats them: a lost reply must not count twice. It is tried once: one that meets another
      // waits for the next.
      await transact(client, [updateOf(table, source, hour, tally)], 1)
    } catch (error) {
      note(source, hour, tally)
      throw error
    }
  }

  /** Waits for the flush before it, which may have taken what was noted and not yet written it. */
  function flush(): Promise<void> {
    flushing = flushing
      .catch(() => {})
      .then(async () => {
        flushedAt = clock.monotonic()
        const taken = [...noted.values()]
        noted.clear()
        const writes = taken.flatMap(({ source, hour, tally }) =>
          partsOf(tally).map((part) => write(source, hour, part)),
        )
        const failed = (await Promise.allSettled(writes)).find(
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
      log.warn('conformance counts were not saved yet', { reason: (error as Error).message })
    }
  }

  return {
    add: (source, receivedAt, tally) => note(source, hourOf(receivedAt), tally),

    async settle() {
      const isDue = clock.monotonic() - flushedAt >= FLUSH_MS
      if (isDue && noted.size > 0) await flushQuietly()
    },

    read: (source, range) =>
      guarded('reading conformance counts', async () => {
        await flush()
        const oldest = hourOf(new Date(clock.now().getTime() - KEPT_MS).toISOString())
        let first = hourOf(range.from)
        if (first < oldest) first = oldest // DynamoDB drops what has expired some days late
        const end = endOf(range.to)
        if (first >= end) return []
        const items = await queryAll(client, {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :end',
          ExpressionAttributeValues: {
            ':pk': text(keyOf('counts', source.tenantId, source.sourceId)),
            ':first': text(first),
            ':end': text(end),
          },
        })
        const sums = new Map<string, Tally>()
        for (const item of items) {
          const hour = item.sk!.S!
          if (hour === end) continue // BETWEEN includes its end
          const at = beginOf(hour.slice(0, LENGTH[range.interval]), range.interval)
          const sum = sums.get(at) ?? emptyTally()
          addTo(sum, tallyFrom(item))
          sums.set(at, sum)
        }
        return [...sums].map(([at, tally]): CountedInterval => ({ at, ...byFrequency(tally) }))
      }),

    [Symbol.asyncDispose]: flushQuietly,
  }
}

function byFrequency({ issues, ...tally }: Tally): Tally {
  const sorted = Object.entries(issues).sort(
    ([a, many], [b, more]) => more - many || (a < b ? -1 : 1),
  )
  return { ...tally, issues: Object.fromEntries(sorted) }
}
