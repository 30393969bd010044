import { createHash } from 'node:crypto'
import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { type NotedTypes, OTHER_TYPE, SLOTS_OF_AN_HOUR } from '../../shared/noted-types'
import { beginOf, KEPT_MS } from '../../shared/tally'
import { MAX_TYPES, sumOf } from '../../shared/type-slots'
import { type Attributes, keyOf, number, primaryKey, text } from '../dynamo/attributes'
import { transact } from '../dynamo/transact'

/** The items of a tenant lie under one key: types since the beginning, their hours, and two facts. */
export const typesOf = (tenantId: string) => keyOf('types', tenantId)
export const TOTAL = 'total'
export const HOUR = 'hour'
/** The item says how many types are told apart. */
export const TOLD = 'told'
/** The item says from which hour on hours count: those before were forgotten. */
export const FORGOTTEN = 'forgotten'

// A name may have thousands of characters, a key only 1,024 bytes: 132 bits of SHA-256 stand for it.
const NAME_LENGTH = 22

function nameOf(type: string): string {
  return createHash('sha256').update(type).digest('base64url').slice(0, NAME_LENGTH)
}

export function totalKey(tenantId: string, type: string): Attributes {
  return primaryKey(typesOf(tenantId), keyOf(TOTAL, nameOf(type)))
}

export function hourKey(tenantId: string, hour: string, type: string): Attributes {
  return primaryKey(typesOf(tenantId), keyOf(HOUR, hour, nameOf(type)))
}

/** Names the attribute of each slot, so that any number of processes can add to it. */
const slotName = (place: number) => `s${place}`

/** Adds to an hour of a type, or takes from it. */
export function hourUpdate(
  TableName: string,
  tenantId: string,
  { type, hour, slots }: Pick<NotedTypes, 'type' | 'hour' | 'slots'>,
): TransactWriteItem {
  const added = [...slots.entries()].filter(([, count]) => count !== 0)
  const adding = added.map(([place]) => `${slotName(place)} :${slotName(place)}`).join(', ')
  // TTL reads whole seconds.
  const expiresAt = Math.floor((Date.parse(beginOf(hour, 'hour')) + KEPT_MS) / 1000)
  return {
    Update: {
      TableName,
      Key: hourKey(tenantId, hour, type),
      UpdateExpression: `SET #type = :type, expiresAt = :expiresAt ADD ${adding}`,
      ExpressionAttributeNames: { '#type': 'type' },
      ExpressionAttributeValues: {
        ...Object.fromEntries(added.map(([place, n]) => [`:${slotName(place)}`, number(n)])),
        ':type': text(type),
        ':expiresAt': number(expiresAt),
      },
    },
  }
}

export function slotsIn(item: Attributes): number[] {
  return Array.from({ length: SLOTS_OF_AN_HOUR }, (_, place) =>
    Number(item[slotName(place)]?.N ?? 0),
  )
}

/** Adds to what is known of a type. */
function totalUpdate(
  TableName: string,
  { tenantId, type, slots, lastSeenAt }: NotedTypes,
  condition: { ConditionExpression?: string } = {},
): TransactWriteItem {
  return {
    Update: {
      TableName,
      Key: totalKey(tenantId, type),
      UpdateExpression: 'SET #type = :type, lastSeenAt = :lastSeenAt ADD #total :total',
      ExpressionAttributeNames: { '#type': 'type', '#total': 'total' },
      ExpressionAttributeValues: {
        ':type': text(type),
        ':lastSeenAt': text(lastSeenAt),
        ':total': number(sumOf(slots)),
      },
      ...condition,
    },
  }
}

/**
 * Writes what was noted of a type. It is a transaction, tried once, as for conformance: a lost reply
 * must not count twice, and one that meets another waits for the next.
 */
export async function writeType(client: DynamoDBClient, table: string, noted: NotedTypes) {
  const { tenantId } = noted
  const write = (one: NotedTypes, more: TransactWriteItem[], isHeld = false) => {
    const held = isHeld ? { ConditionExpression: 'attribute_exists(pk)' } : {}
    const updates = [totalUpdate(table, one, held), hourUpdate(table, tenantId, one), ...more]
    return transact(client, updates, 1)
  }
  if (noted.type !== OTHER_TYPE) {
    if ((await write(noted, [], true)) === undefined) return
    const counted = await write(noted, [oneTypeMore(table, tenantId)])
    if (counted === undefined) return
  }
  await write({ ...noted, type: OTHER_TYPE }, [])
}

function oneTypeMore(TableName: string, tenantId: string): TransactWriteItem {
  return {
    Update: {
      TableName,
      Key: primaryKey(typesOf(tenantId), TOLD),
      UpdateExpression: 'ADD types :one',
      ConditionExpression: 'attribute_not_exists(types) OR types < :most',
      ExpressionAttributeValues: { ':one': number(1), ':most': number(MAX_TYPES) },
    },
  }
}
