import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { v7 } from 'uuid'
import type { DeliveryStatus } from '../../delivery-log'
import type { AttemptRecord, Delivery, DeliveryQueue } from '../../delivery-queue'
import { type Attributes, number, text } from '../dynamo/attributes'
import { guarded } from '../errors'
import {
  contentOf,
  deliveryKey,
  deliveryOf,
  expiry,
  isExpired,
  listedAs,
  secondOf,
  statusOf,
  unlessHeld,
  updateOf,
  WAITING,
} from './items'
import { triesOf, withTry } from './tries'

/** A row is a delivery with what its item says besides. */
export interface Row {
  delivery: Delivery
  tries: readonly AttemptRecord[]
  /** Its place in its lane. */
  laneAt?: string | undefined
  item: Attributes
}

/** A claim is the outcome of trying to take one delivery. */
export type Claim =
  | { kind: 'claimed'; row: Row }
  | { kind: 'asleep'; dueAt: number } // not due yet, or taken by another
  | { kind: 'gone' } // done, buried, parked, or never there

/** A delivery is added with these. */
export interface Addition {
  dueAt: number
  isHeld: boolean
  /** It counts for so many bytes when others join. */
  bytes: number
  laneAt?: string | undefined
}

type Counts = Awaited<ReturnType<DeliveryQueue['stats']>>

export function rowOf(item: Attributes): Row {
  return { delivery: deliveryOf(item), tries: triesOf(item), laneAt: item.laneAt?.S, item }
}

/**
 * Reads and writes the items of deliveries. Times are milliseconds since 1970; every method throws
 * `StorageError`.
 */
export function createDeliveryRows({ dynamo, table }: { dynamo: DynamoDBClient; table: string }) {
  const TableName = table

  /** Changes a delivery as long as the condition holds. @returns the item as it is then, or is */
  async function change(
    what: string,
    deliveryId: string,
    how: Parameters<typeof updateOf>[2],
  ): Promise<{ isChanged: boolean; item: Attributes }> {
    const command = new UpdateItemCommand({
      ...updateOf(TableName, deliveryKey(deliveryId), how),
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    })
    let changed: Attributes = {}
    const held = await unlessHeld(what, async () => {
      changed = (await dynamo.send(command)).Attributes ?? {}
    })
    return { isChanged: held === undefined, item: held ?? changed }
  }

  return {
    change,

    /**
     * Adds a delivery that is neither waiting nor parked nor remembered as delivered.
     * @returns the item that is there now
     */
    async add(delivery: Delivery, nowMs: number, addition: Addition): Promise<Attributes> {
      const { dueAt, isHeld, bytes, laneAt } = addition
      const status = isHeld ? 'held' : 'pending'
      const added: Attributes = {
        ...deliveryKey(delivery.deliveryId),
        ...contentOf(delivery),
        ...listedAs(status, delivery),
        dueAt: number(dueAt),
        expiresAt: number(expiryOf(status, laneAt)(nowMs)),
        ...(bytes > 0 && { eventBytes: number(bytes) }),
        ...(laneAt !== undefined && { laneAt: text(laneAt) }),
        ...(isHeld && { parkedAt: text(new Date(nowMs).toISOString()) }),
      }
      const put = async (Item: Attributes, ConditionExpression: string, values: Attributes) => {
        const command = new PutItemCommand({
          ...{ TableName, Item, ConditionExpression, ExpressionAttributeValues: values },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        })
        return unlessHeld('enqueueing deliveries', () => dynamo.send(command))
      }
      // An item whose message cannot ring any more may be swept at any moment: it does not count.
      const isFree = 'attribute_not_exists(pk) OR expiresAt < :now'
      const held = await put(added, isFree, { ':now': number(secondOf(nowMs)) })
      if (held === undefined) return added
      if (held.buriedAs === undefined) return held
      // One that another process revived meanwhile waits already.
      return (await put(added, 'buriedAs = :buried', { ':buried': held.buriedAs })) ?? added
    },

    async claim(deliveryId: string, nowMs: number, untilMs: number): Promise<Claim> {
      const { isChanged, item } = await change('taking deliveries', deliveryId, {
        set: { dueAt: number(untilMs), taken: { BOOL: true } },
        condition: `${WAITING} AND dueAt <= :now`,
        values: { ':now': number(nowMs) },
      })
      if (isChanged) return { kind: 'claimed', row: rowOf(item) }
      if (!isWaiting(item)) return { kind: 'gone' }
      return { kind: 'asleep', dueAt: Number(item.dueAt!.N) }
    },

    /** Reads a delivery in whatever state. */
    async read(deliveryId: string): Promise<Attributes | undefined> {
      const Key = deliveryKey(deliveryId)
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true })
      return (await guarded('reading a delivery', () => dynamo.send(command))).Item
    },

    /** Remembers a delivery as delivered. @returns false when it is dead, or was delivered before */
    async deliver({ delivery, tries }: Row, nowMs: number, attempt: AttemptRecord) {
      const { isChanged } = await change('finishing a delivery', delivery.deliveryId, {
        set: {
          deliveredAt: text(new Date(nowMs).toISOString()),
          expiresAt: number(expiry.delivered(nowMs)),
          ...listedAs('delivered', delivery),
          ...withTry(tries, attempt),
        },
        remove: ['dueAt', 'taken', 'parkedAt', 'unrung'],
        condition: ALIVE,
      })
      return isChanged
    },

    /** Forgets a delivery that nobody is left to send to. The dead, and what was delivered, stay. */
    async remove(deliveryId: string): Promise<void> {
      const command = new DeleteItemCommand({
        TableName,
        Key: deliveryKey(deliveryId),
        ConditionExpression: ALIVE,
      })
      await unlessHeld('finishing a delivery', () => dynamo.send(command))
    },

    /** Forgets a delivery that has ended. */
    async forget(deliveryId: string): Promise<void> {
      const command = new DeleteItemCommand({
        TableName,
        Key: deliveryKey(deliveryId),
        ConditionExpression: 'attribute_exists(deliveredAt) OR attribute_exists(buriedAs)',
      })
      await unlessHeld('dropping deliveries', () => dynamo.send(command))
    },

    /**
     * Sets when a delivery is due again. The number of attempts is set, not added to: after a lost
     * reply the SDK says it again.
     */
    async giveBack({ delivery, laneAt }: Row, failed: Attributes, nowMs: number, dueAt: number) {
      const { isChanged } = await change('retrying a delivery', delivery.deliveryId, {
        set: {
          ...failed,
          ...listedAs('pending', delivery),
          dueAt: number(dueAt),
          expiresAt: number(expiryOf('pending', laneAt)(nowMs)),
        },
        remove: ['taken', 'unrung'],
        condition: WAITING,
      })
      return isChanged
    },

    /** Buries a delivery. One that is not waiting any more stays as it is. */
    async bury({ delivery, tries }: Row, nowMs: number, reason: string, attempt?: AttemptRecord) {
      const { isChanged } = await change('burying a delivery', delivery.deliveryId, {
        set: { ...burial(delivery, nowMs, reason), ...withTry(tries, attempt) },
        remove: ['dueAt', 'taken', 'unrung'],
        condition: WAITING,
      })
      return isChanged
    },

    /** Counts the deliveries. It reads the whole table. */
    async count(nowMs: number): Promise<Counts> {
      const counts = { waiting: 0, inFlight: 0, parked: 0, dead: 0 }
      let ExclusiveStartKey: Attributes | undefined
      do {
        const command = new ScanCommand({
          TableName,
          ExclusiveStartKey,
          FilterExpression: 'sk = :delivery AND attribute_not_exists(deliveredAt)',
          ProjectionExpression: 'dueAt, taken, buriedAs, parkedAt, expiresAt',
          ExpressionAttributeValues: { ':delivery': text('delivery') },
        })
        const page = await guarded('counting deliveries', () => dynamo.send(command))
        for (const item of page.Items ?? []) {
          const { dueAt, taken, buriedAs, parkedAt } = item
          const isAside = buriedAs !== undefined || parkedAt !== undefined
          if (isAside && isExpired(item, nowMs)) continue
          if (buriedAs !== undefined) counts.dead += 1
          else if (parkedAt !== undefined) counts.parked += 1
          else if (taken?.BOOL && Number(dueAt?.N) > nowMs) counts.inFlight += 1
          else counts.waiting += 1
        }
        ExclusiveStartKey = page.LastEvaluatedKey
      } while (ExclusiveStartKey !== undefined)
      return counts
    },
  }
}

export type DeliveryRows = ReturnType<typeof createDeliveryRows>

/** The condition requires a delivery that waits, is taken or is parked. */
const ALIVE =
  'attribute_exists(pk) AND attribute_not_exists(buriedAs) AND attribute_not_exists(deliveredAt)'

export function isWaiting(item: Attributes | undefined): item is Attributes {
  return item?.dueAt !== undefined && statusOf(item) === 'pending'
}

function expiryOf(status: DeliveryStatus, laneAt: string | undefined) {
  if (status === 'held') return expiry.parked
  return laneAt === undefined ? expiry.waiting : expiry.inLane
}

/** Makes the attributes that say that an attempt failed. */
export function failedWith(
  { delivery, tries }: Row,
  reason: string,
  attempt: AttemptRecord | undefined,
): Attributes {
  return {
    attempts: number(delivery.attempts + 1),
    lastFailure: text(reason),
    ...withTry(tries, attempt),
  }
}

/** Makes the attributes of a dead delivery. */
export function burial(delivery: Delivery, nowMs: number, reason: string): Attributes {
  const buriedAt = new Date(nowMs).toISOString()
  return {
    // Version 7 ascends within a process: deliveries that were buried in the same millisecond
    // stay in order.
    buriedAs: text(`${buriedAt} ${v7()}`),
    buriedAt: text(buriedAt),
    reason: text(reason),
    expiresAt: number(expiry.dead(nowMs)),
    ...listedAs('failed', delivery),
  }
}
