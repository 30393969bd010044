import { createHash } from 'node:crypto'
import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { StoredType } from '../../type-counts'
import { bytes, keyOf, number, primaryKey, queryAll, text } from '../dynamo/attributes'
import { typesOf } from './types'

/** The items that say which events were counted, by when they arrived. */
const COUNTED = 'counted'

// Whoever follows the stream reads what was counted of the periods in its batch: of a tenant with a
// thousand events a second, 80 KB of each.
const PERIOD = '2026-11-29T07:10:1'.length

// Among the ten thousand events of a period two have the same eight bytes once in 10^11.
const ID_BYTES = 8

// The stream holds a record for a day; batches that Lambda gave up wait until somebody has repaired
// what fails (`lambda/failed-batches.ts`).
const HELD_MS = 14 * 24 * 60 * 60 * 1000

/** A period is ten seconds of a tenant, written as the beginning of a time. */
interface Period {
  tenantId: string
  period: string
}

export function periodOf({ tenantId, receivedAt }: StoredType): Period {
  return { tenantId, period: receivedAt.slice(0, PERIOD) }
}

/** Groups events by the period in which they arrived. */
export function byPeriod(stored: readonly StoredType[]): Iterable<StoredType[]> {
  return Map.groupBy(stored, (one) => JSON.stringify(periodOf(one))).values()
}

/** @returns what stands for an event among those of its tenant, hexadecimal */
export function idOf({ eventId }: Pick<StoredType, 'eventId'>): string {
  return createHash('sha256').update(eventId).digest().subarray(0, ID_BYTES).toString('hex')
}

/** Makes the write that says that these were counted; its condition fails when the first was before. */
export function markCounted(
  TableName: string,
  { tenantId, period }: Period,
  ids: readonly string[],
  now: Date,
): TransactWriteItem {
  return {
    Update: {
      TableName,
      Key: primaryKey(typesOf(tenantId), keyOf(COUNTED, period, ids[0]!)),
      UpdateExpression: 'SET ids = :ids, expiresAt = :expiresAt',
      ConditionExpression: 'attribute_not_exists(pk)',
      ExpressionAttributeValues: {
        ':ids': bytes(Buffer.from(ids.join(''), 'hex')),
        // TTL reads whole seconds.
        ':expiresAt': number(Math.floor((now.getTime() + HELD_MS) / 1000)),
      },
    },
  }
}

/** Reads which events of a period were counted. */
export async function countedIn(
  { client, table }: { client: DynamoDBClient; table: string },
  { tenantId, period }: Period,
): Promise<Set<string>> {
  const items = await queryAll(client, {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: {
      ':pk': text(typesOf(tenantId)),
      ':sk': text(`${keyOf(COUNTED, period)}#`),
    },
  })
  const counted = new Set<string>()
  for (const { ids } of items) {
    const hex = Buffer.from(ids!.B!).toString('hex')
    for (let at = 0; at < hex.length; at += 2 * ID_BYTES) {
      counted.add(hex.slice(at, at + 2 * ID_BYTES))
    }
  }
  return counted
}
