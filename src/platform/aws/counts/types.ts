import { createHash } from 'node:crypto'
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { SLOTS_OF_AN_HOUR, type TypeHour } from '../../shared/noted-types'
import { beginOf, KEPT_MS } from '../../shared/tally'
import { MAX_TYPES, sumOf } from '../../shared/type-slots'
import { TYPES_PARTITIONS } from '../deployed/tables'
import { type Attributes, keyOf, number, primaryKey, text } from '../dynamo/attributes'

/** The items of a tenant lie under one key: types since the beginning, their hours, and two facts. */
export const typesOf = (tenantId: string) => keyOf(TYPES_PARTITIONS, tenantId)
export const TOTAL = 'total'
export const HOUR = 'hour'
/** The item says how many types are told apart. */
export const TOLD = 'told'
/**
 * The item says from which hour on hours count, since those before were forgotten, and what is not to
 * be counted any more, by its arrival.
 */
export const FORGOTTEN = 'forgotten'

/**
 * A lane is one of several items that have parts of one sum, so that those who add to it at the same
 * moment need not wait for each other. The first has no name, and is the only one where few do.
 */
export type Lane = string
export const FIRST_LANE: Lane = ''

// A name may have thousands of characters, a key only 1,024 bytes: 132 bits of SHA-256 stand for it.
const NAME_LENGTH = 22

function nameOf(type: string): string {
  return createHash('sha256').update(type).digest('base64url').slice(0, NAME_LENGTH)
}

const within = (lane: Lane) => (lane === FIRST_LANE ? [] : [lane])

export function totalKey(tenantId: string, type: string, lane: Lane = FIRST_LANE): Attributes {
  return primaryKey(typesOf(tenantId), keyOf(TOTAL, nameOf(type), ...within(lane)))
}

/** These counts are of one type in one hour, as one lane has them. */
export interface LaneHour extends TypeHour {
  lane: Lane
}

/** Adds to an hour of a type, or takes from it. */
export function hourUpdate(
  TableName: string,
  tenantId: string,
  { type, lane, hour, slots }: LaneHour,
): TransactWriteItem {
  const added = [...slots.entries()].filter(([, count]) => count !== 0)
  const adding = added.map(([place]) => `${slotName(place)} :${slotName(place)}`).join(', ')
  // TTL reads whole seconds.
  const expiresAt = Math.floor((Date.parse(beginOf(hour, 'hour')) + KEPT_MS) / 1000)
  return {
    Update: {
      TableName,
      Key: primaryKey(typesOf(tenantId), keyOf(HOUR, hour, nameOf(type), ...within(lane))),
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

/** Names the attribute of each slot, so that any number of processes can add to it. */
const slotName = (place: number) => `s${place}`

export function slotsIn(item: Attributes): number[] {
  return Array.from({ length: SLOTS_OF_AN_HOUR }, (_, place) =>
    Number(item[slotName(place)]?.N ?? 0),
  )
}

/** @returns the lane of the item of a total or an hour */
export function laneOf({ sk }: Attributes): Lane {
  const [kind, ...parts] = sk!.S!.split('#')
  return parts[kind === HOUR ? 2 : 1] ?? FIRST_LANE
}

/**
 * Adds to what is known of a type.
 * @param seenAt the condition fails when something later was seen; undefined leaves that as it is
 */
export function totalUpdate(
  TableName: string,
  tenantId: string,
  { type, lane, slots }: LaneHour,
  seenAt: string | undefined,
): TransactWriteItem {
  const isNews = seenAt !== undefined
  return {
    Update: {
      TableName,
      Key: totalKey(tenantId, type, lane),
      UpdateExpression: `SET #type = :type${isNews ? ', lastSeenAt = :seen' : ''} ADD #total :total`,
      ...(isNews && {
        ConditionExpression: 'attribute_not_exists(lastSeenAt) OR lastSeenAt <= :seen',
      }),
      ExpressionAttributeNames: { '#type': 'type', '#total': 'total' },
      ExpressionAttributeValues: {
        ':type': text(type),
        ':total': number(sumOf(slots)),
        ...(isNews && { ':seen': text(seenAt) }),
      },
    },
  }
}

/** Tells a further type apart, unless it is already, or there are as many as may be. */
export function typeMore(TableName: string, tenantId: string, type: string): TransactWriteItem[] {
  return [
    {
      Update: {
        TableName,
        Key: totalKey(tenantId, type),
        UpdateExpression: 'SET #type = :type',
        ConditionExpression: 'attribute_not_exists(pk)',
        ExpressionAttributeNames: { '#type': 'type' },
        ExpressionAttributeValues: { ':type': text(type) },
      },
    },
    {
      Update: {
        TableName,
        Key: primaryKey(typesOf(tenantId), TOLD),
        UpdateExpression: 'ADD types :one',
        ConditionExpression: 'attribute_not_exists(types) OR types < :most',
        ExpressionAttributeValues: { ':one': number(1), ':most': number(MAX_TYPES) },
      },
    },
  ]
}
