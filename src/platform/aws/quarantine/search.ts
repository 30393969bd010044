import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import type { QuarantineFilter } from '../../quarantine-store'
import { type Attributes, primaryKey, text } from '../dynamo/attributes'
import { guarded } from '../errors'
import { arrivalsOf } from './items'

export interface Search {
  tenantId: string
  order: 'newest' | 'oldest'
  filter: QuarantineFilter
  limit: number
  /** Names the arrival that an earlier page ended with. */
  after: string | undefined
}

export interface Found {
  entries: { quarantineId: string; arrival: string }[]
  /** Says where the next page begins; undefined when there is none. */
  next: string | undefined
}

// Each query reads a megabyte of entries, some four thousand: a search for what is rare ends after
// a second or two, and the cursor goes on from there.
const MAX_QUERIES = 20

type Values = Record<string, string | readonly string[]>

const conditions: Record<Exclude<keyof QuarantineFilter, 'sourceIds'>, string> = {
  sourceId: 'sourceId = :sourceId',
  standard: 'standard = :standard',
  scope: '#scope = :scope',
  // `contains` finds whole elements of a list.
  code: 'contains(codes, :code)',
  from: 'receivedAt >= :from',
  to: 'receivedAt < :to',
}

/** Lists the conditions that a filter sets, always in one order. */
export function valuesOf(filter: QuarantineFilter): Values {
  const names = [...Object.keys(conditions), 'sourceIds'] as (keyof QuarantineFilter)[]
  const entries = names.map((name) => [name, filter[name]] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Values
}

/** Reads entries only, never items. */
export async function search(
  { client, table }: { client: DynamoDBClient; table: string },
  { tenantId, order, filter, limit, after }: Search,
): Promise<Found> {
  const pk = arrivalsOf(tenantId)
  const { isEmpty, values, ...expressions } = filterOf(valuesOf(filter))
  const found: Attributes[] = []
  let next = after
  for (let queries = 0; queries < MAX_QUERIES; queries += 1) {
    const { Items = [], LastEvaluatedKey } = await guarded('listing quarantine', () =>
      client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          ScanIndexForward: order === 'oldest',
          KeyConditionExpression: 'pk = :pk',
          // One more than asked for says whether there is a next page. With a filter the limit
          // would count what is looked at.
          Limit: isEmpty ? limit + 1 : undefined,
          ExclusiveStartKey: next === undefined ? undefined : primaryKey(pk, next),
          ...expressions,
          ExpressionAttributeValues: { ':pk': text(pk), ...values },
        }),
      ),
    )
    found.push(...Items)
    if (found.length > limit) {
      const shown = found.slice(0, limit)
      return { entries: shown.map(entryFrom), next: shown.at(-1)!.sk!.S! }
    }
    next = LastEvaluatedKey?.sk?.S
    if (next === undefined) break
  }
  return { entries: found.map(entryFrom), next }
}

const entryFrom = ({ quarantineId, sk }: Attributes) => ({
  quarantineId: quarantineId!.S!,
  arrival: sk!.S!,
})

function filterOf(given: Values) {
  const used: string[] = []
  const values: Attributes = {}
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string') {
      used.push(conditions[name as keyof typeof conditions])
      values[`:${name}`] = text(value)
      continue
    }
    // IN takes a hundred ("Comparison operator and function reference", DynamoDB developer guide).
    const names = value.map((_, at) => `:${name}${at}`)
    used.push(`sourceId IN (${names.join(', ')})`)
    for (const [at, one] of value.entries()) values[names[at]!] = text(one)
  }
  if (used.length === 0) return { isEmpty: true, values }
  return {
    isEmpty: false,
    FilterExpression: used.join(' AND '),
    // `scope` is a reserved word; a name that is not used is refused.
    ...(given.scope !== undefined && { ExpressionAttributeNames: { '#scope': 'scope' } }),
    values,
  }
}
