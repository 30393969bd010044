import { type AttributeValue, QueryCommand } from '@aws-sdk/client-dynamodb'
import type { Finder } from '../../../event/statement'
import { text } from '../dynamo/attributes'
import { guarded } from '../errors'
import type { StatementTable } from './bases'
import { hashOf } from './keys'

/** An entry of a partition proposes a statement. */
export interface Entry {
  order: string
  statementId: string
  /** The statement is found by so many that the entry does not say whether these are among them. */
  isVague: boolean
}

export interface Search {
  /** Lists the partitions to merge. */
  partitions: readonly string[]
  /** The search begins beyond this place, */
  from: string
  /** and ends before this one; neither is that of an entry that is still to be given. */
  before: string
  ascending: boolean
  /** All of these must find an entry, beside what its partition says. */
  filter: readonly Finder[]
}

/** A run is one partition, read as far as it is known. */
interface Run {
  partition: string
  entries: Entry[]
  /** Counts the `entries` that are taken. */
  taken: number
  /** It was examined up to this place. */
  reached?: string | undefined
  next?: Record<string, AttributeValue> | undefined
  isRead: boolean
}

export interface Found {
  entries: Entry[]
  /** Tells that there are no more. */
  isEnd: boolean
  /** Too much was examined in vain: everything up to this place, and no further. */
  reached?: string | undefined
}

/**
 * A page examines about so many entries: an entry is some 300 bytes, a strongly consistent read unit
 * 4 KB (developer guide, "Read consistency"), so that it costs 0.004 cents and takes a second.
 */
export const MAX_EXAMINED = 4000

// An answer holds a megabyte, some 3,000 entries. Where a filter leaves out most of them, a query that
// looks at fewer takes as long.
const FILTERED_PAGE = 300
// A few more than its share of what is wanted, since entries are spread at random.
const SPARE = 10

/** Reads entries in the order of all, across the partitions, as many as are asked for. */
export function inOrder(from: StatementTable, search: Search) {
  const runs: Run[] = search.partitions.map((partition) => ({
    partition,
    entries: [],
    taken: 0,
    isRead: false,
  }))
  const { ascending } = search
  let examined = 0
  let last: string | undefined

  /** Finds the run that is to be gone on with: nothing in the others comes before what it has. */
  function foremost(): Run | undefined {
    const open = runs.filter((run) => run.taken < run.entries.length || !run.isRead)
    return open.reduce<Run | undefined>((first, run) => {
      if (first === undefined) return run
      const [one, other] = [frontOf(first), frontOf(run)]
      if (one === undefined || other === undefined) return one === undefined ? first : run
      return other < one === ascending && other !== one ? run : first
    }, undefined)
  }

  return async function next(wanted: number): Promise<Found> {
    const entries: Entry[] = []
    for (;;) {
      const run = foremost()
      if (run === undefined) return { entries, isEnd: true }
      const entry = run.entries[run.taken]
      if (entry === undefined) {
        if (examined >= MAX_EXAMINED) return { entries, isEnd: false, reached: run.reached }
        const dry = runs.filter((one) => one.taken === one.entries.length && !one.isRead)
        const counts = await Promise.all(dry.map((one) => readOn(from, search, one, wanted)))
        examined += counts.reduce((sum, count) => sum + count, 0)
        continue
      }
      if (entries.length === wanted) return { entries, isEnd: false }
      run.taken += 1
      // A statement may stand in two of the partitions, at the same place.
      if (entry.order !== last) entries.push(entry)
      last = entry.order
    }
  }
}

function frontOf(run: Run): string | undefined {
  return run.entries[run.taken]?.order ?? run.reached
}

/** Reads one answer. @returns how many entries were examined */
async function readOn(
  { client, table }: StatementTable,
  { partitions, from, before, ascending, filter }: Search,
  run: Run,
  wanted: number,
): Promise<number> {
  const command = new QueryCommand({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :before',
    ...conditionOf(filter, {
      ':pk': text(run.partition),
      ':from': text(from),
      ':before': text(before),
    }),
    ProjectionExpression: 'sk, i, m',
    ScanIndexForward: ascending,
    Limit: filter.length > 0 ? FILTERED_PAGE : Math.ceil(wanted / partitions.length) + SPARE,
    ...(run.next && { ExclusiveStartKey: run.next }),
  })
  const answer = await guarded('searching statements', () => client.send(command))
  const { Items = [], LastEvaluatedKey, ScannedCount = 0 } = answer
  run.entries = Items.map(({ sk, i, m }) => ({
    order: sk!.S!,
    statementId: i!.S!,
    isVague: m !== undefined,
    // BETWEEN includes both ends: the place where the page before ended.
  })).filter(({ order }) => order !== from && order !== before)
  run.taken = 0
  run.next = LastEvaluatedKey
  run.reached = LastEvaluatedKey?.sk?.S
  run.isRead = LastEvaluatedKey === undefined
  return ScannedCount
}

function conditionOf(filter: readonly Finder[], values: Record<string, AttributeValue>) {
  if (filter.length === 0) return { ExpressionAttributeValues: values }
  const each = filter.map((_, at) => `contains(f, :f${at})`)
  return {
    FilterExpression: `m = :yes OR (${each.join(' AND ')})`,
    ExpressionAttributeValues: {
      ...values,
      ':yes': { BOOL: true },
      ...Object.fromEntries(filter.map((finder, at) => [`:f${at}`, text(hashOf(finder))])),
    },
  }
}
