import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { v7 } from 'uuid'
import type { DeadDelivery, Delivery } from '../delivery-queue'
import {
  contentOf,
  deadDeliveryOf,
  deadOf,
  deliveryOf,
  expiry,
  type Item,
  keyOf,
} from './delivery-items'
import { guarded } from './errors'

/** What came of trying to take one delivery. */
export type Claim =
  | { kind: 'claimed'; delivery: Delivery }
  | { kind: 'asleep'; dueAt: number } // not due yet, or taken by another
  | { kind: 'gone' } // done, buried, or never there

const WAITING = 'attribute_exists(pk) AND attribute_not_exists(buriedAs)'

export type DeliveryRows = ReturnType<typeof createDeliveryRows>

/** The table of deliveries. Times are milliseconds since 1970; every method throws `StorageError`. */
export function createDeliveryRows({ dynamo, table }: { dynamo: DynamoDBClient; table: string }) {
  const TableName = table

  /** @returns whether the conditions of all its parts held */
  async function transact(what: string, TransactItems: TransactWriteItem[]): Promise<boolean> {
    try {
      await dynamo.send(new TransactWriteItemsCommand({ TransactItems }))
      return true
    } catch (error) {
      if (isCancelledByCondition(error)) return false
      return guarded(what, () => Promise.reject(error))
    }
  }

  /** From the dead to the waiting. One that somebody else revived meanwhile waits already. */
  async function revive(Item: Item, old: Item) {
    const { tenantId, webhookId, buriedAs } = old
    const pk = { S: deadOf(tenantId?.S ?? '', webhookId?.S ?? '') }
    const values = { ':buried': buriedAs! }
    const unchanged = 'buriedAs = :buried'
    const put = { TableName, Item, ConditionExpression: unchanged }
    await transact('enqueueing deliveries', [
      { Put: { ...put, ExpressionAttributeValues: values } },
      { Delete: { TableName, Key: { pk, sk: buriedAs! } } },
    ])
  }

  return {
    /** Adds one that is neither waiting nor taken. */
    async add(delivery: Delivery, nowMs: number, dueAt: number): Promise<void> {
      const waiting = { dueAt: n(dueAt), expiresAt: n(expiry.waiting(nowMs)) }
      const Item = { ...keyOf(delivery.deliveryId), ...contentOf(delivery), ...waiting }
      const command = new PutItemCommand({
        TableName,
        Item,
        // One that nothing can ring for any more may be swept at any moment: it does not count.
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt < :now',
        ExpressionAttributeValues: { ':now': n(Math.floor(nowMs / 1000)) },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      const held = await unlessHeld('enqueueing deliveries', () => dynamo.send(command))
      if (held?.buriedAs !== undefined) await revive(Item, held)
    },

    async claim(deliveryId: string, nowMs: number, untilMs: number): Promise<Claim> {
      const command = new UpdateItemCommand({
        TableName,
        Key: keyOf(deliveryId),
        UpdateExpression: 'SET dueAt = :until, taken = :yes',
        ConditionExpression: `${WAITING} AND dueAt <= :now`,
        ExpressionAttributeValues: {
          ':until': n(untilMs),
          ':now': n(nowMs),
          ':yes': { BOOL: true },
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      let claimed: Item = {}
      const held = await unlessHeld('taking deliveries', async () => {
        claimed = (await dynamo.send(command)).Attributes ?? {}
      })
      if (held === undefined) return { kind: 'claimed', delivery: deliveryOf(deliveryId, claimed) }
      if (held.dueAt === undefined || held.buriedAs !== undefined) return { kind: 'gone' }
      return { kind: 'asleep', dueAt: Number(held.dueAt.N) }
    },

    /** @returns undefined when it is not waiting */
    async read(deliveryId: string): Promise<Delivery | undefined> {
      const Key = keyOf(deliveryId)
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true })
      const { Item } = await guarded('reading a delivery', () => dynamo.send(command))
      return Item?.dueAt === undefined ? undefined : deliveryOf(deliveryId, Item)
    },

    async remove(deliveryId: string): Promise<void> {
      const command = new DeleteItemCommand({ TableName, Key: keyOf(deliveryId) })
      await guarded('finishing a delivery', () => dynamo.send(command))
    },

    /** The number of attempts is set, not added to: after a lost reply the SDK says it again. */
    async giveBack({ deliveryId, attempts, lastFailure }: Delivery, nowMs: number, dueAt: number) {
      const command = new UpdateItemCommand({
        TableName,
        Key: keyOf(deliveryId),
        UpdateExpression:
          'SET dueAt = :due, attempts = :attempts, lastFailure = :why, expiresAt = :expires REMOVE taken',
        ConditionExpression: WAITING,
        ExpressionAttributeValues: {
          ':due': n(dueAt),
          ':attempts': n(attempts),
          ':why': { S: lastFailure ?? '' },
          ':expires': n(expiry.waiting(nowMs)),
        },
      })
      await unlessHeld('retrying a delivery', () => dynamo.send(command))
    },

    async bury(delivery: Delivery, nowMs: number, reason: string): Promise<void> {
      const { deliveryId, tenantId, webhookId } = delivery
      const buriedAt = new Date(nowMs).toISOString()
      // Version 7 ascends within a process: what was buried in the same millisecond keeps its order.
      const buriedAs = { S: `${buriedAt} ${v7()}` }
      const expiresAt = n(expiry.dead(nowMs))
      const dead = {
        ...contentOf(delivery),
        pk: { S: deadOf(tenantId, webhookId) },
        sk: buriedAs,
        deliveryId: { S: deliveryId },
        reason: { S: reason },
        buriedAt: { S: buriedAt },
        expiresAt,
      }
      const whose = { tenantId: { S: tenantId }, webhookId: { S: webhookId } }
      const pointer = { ...keyOf(deliveryId), ...whose, buriedAs, expiresAt }
      await transact('burying a delivery', [
        { Put: { TableName, Item: dead } },
        { Put: { TableName, Item: pointer, ConditionExpression: WAITING } },
      ])
    },

    /** Latest first. */
    async listDead(tenantId: string, webhookId: string, limit: number): Promise<DeadDelivery[]> {
      const dead: DeadDelivery[] = []
      let ExclusiveStartKey: Item | undefined
      do {
        const command = new QueryCommand({
          TableName,
          ExclusiveStartKey,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: deadOf(tenantId, webhookId) } },
          ScanIndexForward: false,
          Limit: limit - dead.length,
        })
        const page = await guarded('listing deliveries', () => dynamo.send(command))
        dead.push(...(page.Items ?? []).map(deadDeliveryOf))
        ExclusiveStartKey = page.LastEvaluatedKey
      } while (ExclusiveStartKey !== undefined && dead.length < limit)
      return dead
    },

    /** Reads the whole table. */
    async count(nowMs: number): Promise<{ waiting: number; inFlight: number; dead: number }> {
      const counts = { waiting: 0, inFlight: 0, dead: 0 }
      let ExclusiveStartKey: Item | undefined
      do {
        const command = new ScanCommand({
          TableName,
          ExclusiveStartKey,
          FilterExpression: 'sk = :delivery',
          ProjectionExpression: 'dueAt, taken, buriedAs',
          ExpressionAttributeValues: { ':delivery': { S: 'delivery' } },
        })
        const page = await guarded('counting deliveries', () => dynamo.send(command))
        for (const { dueAt, taken, buriedAs } of page.Items ?? []) {
          if (buriedAs !== undefined) counts.dead += 1
          else if (taken?.BOOL && Number(dueAt?.N) > nowMs) counts.inFlight += 1
          else counts.waiting += 1
        }
        ExclusiveStartKey = page.LastEvaluatedKey
      } while (ExclusiveStartKey !== undefined)
      return counts
    },
  }
}

function n(value: number) {
  return { N: String(value) }
}

/** @returns what was held instead (empty for nothing) when the condition of a write did not hold */
async function unlessHeld(what: string, write: () => Promise<unknown>): Promise<Item | undefined> {
  try {
    await write()
    return undefined
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error.Item ?? {}
    return guarded(what, () => Promise.reject(error))
  }
}

function isCancelledByCondition(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false
  return (error.CancellationReasons ?? []).some(({ Code }) => Code === 'ConditionalCheckFailed')
}
