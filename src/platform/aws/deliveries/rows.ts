import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Delivery, DeliveryQueue } from '../../delivery-queue'
import { type Attributes, number, text } from '../dynamo/attributes'
import { guarded } from '../errors'
import { createDeadDeliveries } from './dead'
import { contentOf, deliveryKey, deliveryOf, expiry, unlessHeld, WAITING } from './items'
import { createParkedDeliveries } from './parked'

/** A claim is the outcome of trying to take one delivery. */
export type Claim =
  | { kind: 'claimed'; delivery: Delivery }
  | { kind: 'asleep'; dueAt: number } // not due yet, or taken by another
  | { kind: 'gone' } // done, buried, parked, or never there

type Counts = Awaited<ReturnType<DeliveryQueue['stats']>>

/**
 * Reads and writes the table of deliveries. Times are milliseconds since 1970; every method throws
 * `StorageError`.
 */
export function createDeliveryRows({ dynamo, table }: { dynamo: DynamoDBClient; table: string }) {
  const TableName = table
  const dead = createDeadDeliveries({ dynamo, table })
  const parked = createParkedDeliveries({ dynamo, table })

  return {
    bury: dead.bury,
    listDead: dead.list,
    park: parked.park,
    release: parked.release,
    drop: parked.drop,
    listParked: parked.list,

    /** Adds a delivery that is neither waiting nor taken. */
    async add(delivery: Delivery, nowMs: number, dueAt: number): Promise<void> {
      const waiting = { dueAt: number(dueAt), expiresAt: number(expiry.waiting(nowMs)) }
      const Item = { ...deliveryKey(delivery.deliveryId), ...contentOf(delivery), ...waiting }
      const command = new PutItemCommand({
        TableName,
        Item,
        // An item whose message cannot ring any more may be swept at any moment: it does not count.
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt < :now',
        ExpressionAttributeValues: { ':now': number(Math.floor(nowMs / 1000)) },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      const held = await unlessHeld('enqueueing deliveries', () => dynamo.send(command))
      if (held?.buriedAs !== undefined) await dead.revive(Item, held)
    },

    async claim(deliveryId: string, nowMs: number, untilMs: number): Promise<Claim> {
      const command = new UpdateItemCommand({
        TableName,
        Key: deliveryKey(deliveryId),
        UpdateExpression: 'SET dueAt = :until, taken = :yes',
        ConditionExpression: `${WAITING} AND dueAt <= :now`,
        ExpressionAttributeValues: {
          ':until': number(untilMs),
          ':now': number(nowMs),
          ':yes': { BOOL: true },
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      let claimed: Attributes = {}
      const held = await unlessHeld('taking deliveries', async () => {
        claimed = (await dynamo.send(command)).Attributes ?? {}
      })
      if (held === undefined) return { kind: 'claimed', delivery: deliveryOf(deliveryId, claimed) }
      const waits = held.buriedAs === undefined && held.parkedAt === undefined
      if (!waits || held.dueAt === undefined) return { kind: 'gone' }
      return { kind: 'asleep', dueAt: Number(held.dueAt.N) }
    },

    /** Reads a delivery. @returns undefined when it is not waiting */
    async read(deliveryId: string): Promise<Delivery | undefined> {
      const Key = deliveryKey(deliveryId)
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true })
      const { Item } = await guarded('reading a delivery', () => dynamo.send(command))
      const waits = Item?.dueAt !== undefined && Item.parkedAt === undefined
      return waits ? deliveryOf(deliveryId, Item) : undefined
    },

    async remove(deliveryId: string): Promise<void> {
      const command = new DeleteItemCommand({
        TableName,
        Key: deliveryKey(deliveryId),
        // The item of a dead delivery leads to it, and stays.
        ConditionExpression: 'attribute_not_exists(buriedAs)',
      })
      await unlessHeld('finishing a delivery', () => dynamo.send(command))
    },

    /**
     * Sets when a delivery is due again. The number of attempts is set, not added to: after a lost
     * reply the SDK says it again.
     */
    async giveBack({ deliveryId, attempts, lastFailure }: Delivery, nowMs: number, dueAt: number) {
      const command = new UpdateItemCommand({
        TableName,
        Key: deliveryKey(deliveryId),
        UpdateExpression:
          'SET dueAt = :due, attempts = :attempts, lastFailure = :why, expiresAt = :expires REMOVE taken',
        ConditionExpression: WAITING,
        ExpressionAttributeValues: {
          ':due': number(dueAt),
          ':attempts': number(attempts),
          ':why': text(lastFailure ?? ''),
          ':expires': number(expiry.waiting(nowMs)),
        },
      })
      await unlessHeld('retrying a delivery', () => dynamo.send(command))
    },

    /** Counts the deliveries. It reads the whole table. */
    async count(nowMs: number): Promise<Counts> {
      const counts = { waiting: 0, inFlight: 0, parked: 0, dead: 0 }
      let ExclusiveStartKey: Attributes | undefined
      do {
        const command = new ScanCommand({
          TableName,
          ExclusiveStartKey,
          FilterExpression: 'sk = :delivery',
          ProjectionExpression: 'dueAt, taken, buriedAs, parkedAt',
          ExpressionAttributeValues: { ':delivery': text('delivery') },
        })
        const page = await guarded('counting deliveries', () => dynamo.send(command))
        for (const { dueAt, taken, buriedAs, parkedAt } of page.Items ?? []) {
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
