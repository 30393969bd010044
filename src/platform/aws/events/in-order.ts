import { type AttributeValue, QueryCommand } from '@aws-sdk/client-dynamodb'
import type { IndexName } from '../deployed/resources'
import { guarded } from '../errors'
import { hashKeyOf } from './keys'
import type { Place } from './place'
import type { EventTable } from './write'

/** An entry of an index says where an event stands, and its key in the table. */
export interface Entry {
  place: Place
  key: string
}

export interface Span {
  index: IndexName
  /** Lists the keys of the partitions to merge. */
  partitions: readonly string[]
  /** The span begins at this place, */
  from: Place
  /** and ends before this one. */
  before: Place
  order: 'asc' | 'desc'
}

/** A run is one partition, read as far as it is known. */
interface Run {
  partition: string
  entries: Entry[]
  /** Counts the `entries` that are taken. */
  taken: number
  next?: Record<string, AttributeValue> | undefined
  isRead: boolean
}

// A read unit covers 8 KB of entries of about 100 bytes: fewer cost the same.
const MIN_PAGE = 80

/** Reads entries of an index in an order, across its partitions, as many as are asked for. */
export function inOrder(from: EventTable, span: Span) {
  const runs: Run[] = span.partitions.map((partition) => ({
    partition,
    entries: [],
    taken: 0,
    isRead: false,
  }))

  /**
   * @returns fewer than `wanted` only when there are no more
   * @throws {StorageError}
   */
  return async function next(wanted: number): Promise<Entry[]> {
    const taken: Entry[] = []
    while (taken.length < wanted) {
      // The first of all is known only when each partition shows its first.
      const dry = runs.filter(({ entries, taken, isRead }) => taken === entries.length && !isRead)
      await Promise.all(dry.map((run) => readOn(from, span, run, wanted)))
      const run = runs.reduce(span.order === 'asc' ? older : newer)
      const entry = run.entries[run.taken]
      if (entry === undefined) break
      run.taken += 1
      taken.push(entry)
    }
    return taken
  }
}

function newer(a: Run, b: Run): Run {
  const [one, other] = [a.entries[a.taken], b.entries[b.taken]]
  if (one === undefined) return b
  return other === undefined || one.place > other.place ? a : b
}

function older(a: Run, b: Run): Run {
  const [one, other] = [a.entries[a.taken], b.entries[b.taken]]
  if (one === undefined) return b
  return other === undefined || one.place < other.place ? a : b
}

/** Reads until there is an entry, or the partition ends. */
async function readOn({ client, table }: EventTable, span: Span, run: Run, wanted: number) {
  const { index, partitions, from, before, order } = span
  const Limit = MIN_PAGE + Math.ceil(wanted / partitions.length)
  do {
    const command = new QueryCommand({
      TableName: table,
      IndexName: index,
      KeyConditionExpression: '#p = :p AND s BETWEEN :from AND :before',
      ExpressionAttributeNames: { '#p': hashKeyOf(index) },
      ExpressionAttributeValues: {
        ':p': { S: run.partition },
        ':from': { S: from },
        ':before': { S: before },
      },
      ScanIndexForward: order === 'asc',
      Limit,
      ...(run.next && { ExclusiveStartKey: run.next }),
    })
    const { Items = [], LastEvaluatedKey } = await guarded('events cannot be found', () =>
      client.send(command),
    )
    run.entries = Items.map(({ k, s }) => ({ key: k!.S!, place: s!.S! }))
    // BETWEEN includes both ends; the one where the page before ended was in it.
    if (run.entries[0]?.place === (order === 'asc' ? from : before)) run.entries.shift()
    run.taken = 0
    run.next = LastEvaluatedKey
    run.isRead = LastEvaluatedKey === undefined
  } while (run.entries.length === 0 && !run.isRead)
}
