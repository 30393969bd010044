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
import { allWritten, createSettling, type Settling } from './counts/settling'
import { keyOf, queryAll, text } from './dynamo/attributes'
import { transact } from './dynamo/transact'
import { guarded } from './errors'

export type SettlingCounts = ConformanceCounts & Pick<Settling, 'settle'> & AsyncDisposable

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
  const settling = createSettling({
    name: 'conformance counts',
    everyMs: FLUSH_MS,
    isNoted: () => noted.size > 0,
    write: writeAll,
    clock,
    log,
  })

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

  async function writeAll() {
    const taken = [...noted.values()]
    noted.clear()
    await allWritten(
      taken.flatMap(({ source, hour, tally }) =>
        partsOf(tally).map((part) => write(source, hour, part)),
      ),
    )
  }

  return {
    add: (source, receivedAt, tally) => note(source, hourOf(receivedAt), tally),

    settle: settling.settle,

    read: (source, range) =>
      guarded('reading conformance counts', async () => {
        await settling.flush()
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

    [Symbol.asyncDispose]: settling[Symbol.asyncDispose],
  }
}

function byFrequency({ issues, ...tally }: Tally): Tally {
  const sorted = Object.entries(issues).sort(
    ([a, many], [b, more]) => more - many || (a < b ? -1 : 1),
  )
  return { ...tally, issues: Object.fromEntries(sorted) }
}
