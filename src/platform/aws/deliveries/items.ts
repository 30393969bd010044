import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DEAD_DAYS, type DeadDelivery, type Delivery, PARKED_DAYS } from '../../delivery-queue'
import { type Attributes, bytes, keyOf, number, primaryKey, text } from '../dynamo/attributes'
import { guarded } from '../errors'

/**
 * The table has three kinds of items. A delivery, by its id: `dueAt` (ms) says when it may be
 * taken; taking moves it to the end of the lease, and `taken` only tells the two apart. A dead one,
 * under its webhook in the order of burial, to which the item by id then points (`buriedAs`). And,
 * under its webhook, the id of one that is parked, whose item says so (`parkedAt`).
 */
export function deliveryKey(deliveryId: string): Attributes {
  return primaryKey(keyOf('delivery', deliveryId), 'delivery')
}

/** Names the partition of a webhook's dead deliveries. */
export function deadOf(tenantId: string, webhookId: string): string {
  return keyOf('dead', tenantId, webhookId)
}

/** Names the partition of a webhook's parked deliveries. */
export function parkedOf(tenantId: string, webhookId: string): string {
  return keyOf('parked', tenantId, webhookId)
}

/** The condition of a write requires a delivery that waits, or is taken. */
export const WAITING =
  'attribute_exists(pk) AND attribute_not_exists(buriedAs) AND attribute_not_exists(parkedAt)'

const DAY_S = 24 * 60 * 60

/** DynamoDB may drop an item from this second (epoch) on. */
export const expiry = {
  /** SQS retains a message for 14 days at most: after that nothing would ring for the delivery. */
  waiting: (nowMs: number) => Math.floor(nowMs / 1000) + 14 * DAY_S,
  /** A parked delivery has no message that rings for it. */
  parked: (nowMs: number) => Math.floor(nowMs / 1000) + PARKED_DAYS * DAY_S,
  dead: (nowMs: number) => Math.floor(nowMs / 1000) + DEAD_DAYS * DAY_S,
}

/**
 * Makes the attributes that both kinds have. Ids are packed, since each KB is a write unit: a
 * hundred UUIDs take 2.3.
 */
export function contentOf({ tenantId, webhookId, eventIds, ...rest }: Delivery): Attributes {
  return {
    tenantId: text(tenantId),
    webhookId: text(webhookId),
    eventIds: bytes(deflateRawSync(JSON.stringify(eventIds))),
    enqueuedAt: text(rest.enqueuedAt),
    attempts: number(rest.attempts),
    ...(rest.lastFailure !== undefined && { lastFailure: text(rest.lastFailure) }),
  }
}

export function deliveryOf(deliveryId: string, item: Attributes): Delivery {
  return {
    deliveryId,
    tenantId: item.tenantId?.S ?? '',
    webhookId: item.webhookId?.S ?? '',
    eventIds: JSON.parse(inflateRawSync(item.eventIds?.B ?? new Uint8Array()).toString()),
    enqueuedAt: item.enqueuedAt?.S ?? '',
    attempts: Number(item.attempts?.N),
    ...(item.lastFailure?.S !== undefined && { lastFailure: item.lastFailure.S }),
  }
}

export function deadDeliveryOf(item: Attributes): DeadDelivery {
  const { deliveryId, reason, buriedAt } = item
  const fate = { reason: reason?.S ?? '', buriedAt: buriedAt?.S ?? '' }
  return { ...deliveryOf(deliveryId?.S ?? '', item), ...fate }
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
