import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DELIVERED_DAYS, type DeliveryStatus } from '../../delivery-log'
import { DEAD_DAYS, type Delivery, PARKED_DAYS } from '../../delivery-queue'
import { type Attributes, bytes, keyOf, number, primaryKey, text } from '../dynamo/attributes'
import { guarded } from '../errors'

/**
 * The table has one item for each delivery, by its id. `dueAt` (ms) says when it may be taken; taking
 * moves it to the end of the lease, and `taken` only tells the two apart. It is parked with
 * `parkedAt`, dead with `buriedAs` and delivered with `deliveredAt`; with none of them, it waits. The
 * index `log` has it under its webhook and status, in the order of enqueueing.
 *
 * Other items lead to it: one for each that is parked (`parked.ts`), one for each that waits in a
 * lane (`lanes.ts`), and one for the latest that others may join (`joining.ts`). A webhook's attempts
 * are counted by the hour (`figures.ts`).
 */
export function deliveryKey(deliveryId: string): Attributes {
  return primaryKey(keyOf('delivery', deliveryId), 'delivery')
}

/** Reads the delivery's id from the key that `deliveryKey` made. */
export function idOf({ pk }: Attributes): string {
  return decodeURIComponent(pk?.S?.split('#')[1] ?? '')
}

/** The condition of a write requires a delivery that waits, or is taken. */
export const WAITING =
  'attribute_exists(pk) AND attribute_not_exists(buriedAs) AND attribute_not_exists(parkedAt) AND attribute_not_exists(deliveredAt)'

export function statusOf(item: Attributes): DeliveryStatus {
  if (item.deliveredAt !== undefined) return 'delivered'
  if (item.buriedAs !== undefined) return 'failed'
  return item.parkedAt !== undefined ? 'held' : 'pending'
}

/** The index lists them so, whatever else the item says. */
export function listedAs(
  status: DeliveryStatus,
  { deliveryId, tenantId, webhookId, enqueuedAt }: Delivery,
): Attributes {
  return {
    logOf: text(logOf(tenantId, webhookId, status)),
    logAt: text(placeOf(enqueuedAt, deliveryId)),
  }
}

/** Names the part of the index that has a webhook's deliveries of one status. */
export function logOf(tenantId: string, webhookId: string, status: DeliveryStatus): string {
  return keyOf(tenantId, webhookId, status)
}

/** Orders by the time of enqueueing. A time is before whatever has a place in its millisecond. */
export function placeOf(enqueuedAt: string, deliveryId: string): string {
  return `${enqueuedAt} ${deliveryId}`
}

const DAY_S = 24 * 60 * 60
const inDays = (days: number) => (nowMs: number) => secondOf(nowMs) + days * DAY_S

export function secondOf(ms: number): number {
  return Math.floor(ms / 1000)
}

/** DynamoDB may drop an item from this second (epoch) on. */
export const expiry = {
  /** SQS retains a message for 14 days at most: after that nothing would ring for the delivery. */
  waiting: inDays(14),
  /** In a lane it is rung for only once it is its turn. */
  inLane: inDays(PARKED_DAYS),
  /** A parked delivery has no message that rings for it. */
  parked: inDays(PARKED_DAYS),
  dead: inDays(DEAD_DAYS),
  delivered: inDays(DELIVERED_DAYS),
}

/** DynamoDB drops an item within days of its last second; for us it is gone with that. */
export function isExpired({ expiresAt }: Attributes, nowMs: number): boolean {
  return expiresAt !== undefined && Number(expiresAt.N) < secondOf(nowMs)
}

/**
 * Makes the attributes that a delivery has in whatever state. Ids are packed, since each KB is a
 * write unit: a hundred UUIDs take 2.3.
 */
export function contentOf({ tenantId, webhookId, eventIds, ...rest }: Delivery): Attributes {
  const { lastFailure, lane, notice, archived } = rest
  return {
    tenantId: text(tenantId),
    webhookId: text(webhookId),
    eventIds: bytes(packed(eventIds)),
    enqueuedAt: text(rest.enqueuedAt),
    attempts: number(rest.attempts),
    ...(lastFailure !== undefined && { lastFailure: text(lastFailure) }),
    ...(lane !== undefined && { lane: text(lane) }),
    ...(notice !== undefined && { notice: text(JSON.stringify(notice)) }),
    ...(archived !== undefined && { archived: text(JSON.stringify(archived)) }),
  }
}

export function deliveryOf(item: Attributes): Delivery {
  const { lastFailure, lane, notice, archived } = item
  return {
    deliveryId: idOf(item),
    tenantId: item.tenantId?.S ?? '',
    webhookId: item.webhookId?.S ?? '',
    eventIds: eventIdsOf(item),
    enqueuedAt: item.enqueuedAt?.S ?? '',
    attempts: Number(item.attempts?.N),
    ...(lastFailure?.S !== undefined && { lastFailure: lastFailure.S }),
    ...(lane?.S !== undefined && { lane: lane.S }),
    ...(notice?.S !== undefined && { notice: JSON.parse(notice.S) }),
    ...(archived?.S !== undefined && { archived: JSON.parse(archived.S) }),
  }
}

export function eventIdsOf({ eventIds }: Attributes): string[] {
  return eventIds?.B === undefined ? [] : (unpacked(eventIds.B) as string[])
}

export function packed(value: unknown): Uint8Array {
  return deflateRawSync(JSON.stringify(value))
}

export function unpacked(value: Uint8Array): unknown {
  return JSON.parse(inflateRawSync(value).toString())
}

interface Change {
  set: Attributes
  remove?: readonly string[]
  condition: string
  /** The condition has these. */
  values?: Attributes
}

/** Makes the update that sets and removes attributes, by whatever names. */
export function updateOf(
  TableName: string,
  Key: Attributes,
  { set, remove = [], condition, values = {} }: Change,
) {
  const names = Object.keys(set)
  const setting = `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`
  const removing =
    remove.length === 0 ? '' : ` REMOVE ${remove.map((name) => `#${name}`).join(', ')}`
  const values_ = names.map((name) => [`:${name}`, set[name]!] as const)
  return {
    ...{ TableName, Key },
    UpdateExpression: setting + removing,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries(
      [...names, ...remove].map((name) => [`#${name}`, name]),
    ),
    ExpressionAttributeValues: { ...values, ...Object.fromEntries(values_) },
  }
}

/** Runs a conditional write. @returns the item (or an empty one) when the condition did not hold */
export async function unlessHeld(
  what: string,
  write: () => Promise<unknown>,
): Promise<Attributes | undefined> {
  try {
    await write()
    return undefined
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error.Item ?? {}
    return guarded(what, () => Promise.reject(error))
  }
}
