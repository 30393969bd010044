import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { v7 } from 'uuid'
import type { DeadDelivery, Delivery } from '../../delivery-queue'
import { type Attributes, number, text } from '../dynamo/attributes'
import { transact } from '../dynamo/transact'
import { guarded } from '../errors'
import { contentOf, deadDeliveryOf, deadOf, deliveryKey, expiry, WAITING } from './items'

/** Stores buried deliveries, each under its webhook. Every method throws `StorageError`. */
export function createDeadDeliveries({ dynamo, table }: { dynamo: DynamoDBClient; table: string }) {
  const TableName = table

  return {
    /**
     * Buries a delivery. One that is not waiting any more, since another process finished it, stays
     * as it is.
     */
    async bury(delivery: Delivery, nowMs: number, reason: string): Promise<void> {
      const { deliveryId, tenantId, webhookId } = delivery
      const buriedAt = new Date(nowMs).toISOString()
      // Version 7 ascends within a process: deliveries that were buried in the same millisecond
      // stay in order.
      const buriedAs = text(`${buriedAt} ${v7()}`)
      const expiresAt = number(expiry.dead(nowMs))
      const dead = {
        ...contentOf(delivery),
        pk: text(deadOf(tenantId, webhookId)),
        sk: buriedAs,
        deliveryId: text(deliveryId),
        reason: text(reason),
        buriedAt: text(buriedAt),
        expiresAt,
      }
      const whose = { tenantId: text(tenantId), webhookId: text(webhookId) }
      const pointer = { ...deliveryKey(deliveryId), ...whose, buriedAs, expiresAt }
      await guarded('burying a delivery', () =>
        transact(dynamo, [
          { Put: { TableName, Item: dead } },
          { Put: { TableName, Item: pointer, ConditionExpression: WAITING } },
        ]),
      )
    },

    /**
     * Makes a dead delivery wait again. One that another process revived meanwhile waits already.
     * @param Item of the delivery as it is to wait; `pointer`, its item as it is
     */
    async revive(Item: Attributes, { tenantId, webhookId, buriedAs }: Attributes): Promise<void> {
      const dead = { pk: text(deadOf(tenantId?.S ?? '', webhookId?.S ?? '')), sk: buriedAs! }
      const isUnchanged = {
        ConditionExpression: 'buriedAs = :buried',
        ExpressionAttributeValues: { ':buried': buriedAs! },
      }
      await guarded('enqueueing deliveries', () =>
        transact(dynamo, [
          { Put: { TableName, Item, ...isUnchanged } },
          { Delete: { TableName, Key: dead } },
        ]),
      )
    },

    /** Lists a webhook's dead deliveries, latest first. */
    async list(tenantId: string, webhookId: string, limit: number): Promise<DeadDelivery[]> {
      const dead: DeadDelivery[] = []
      let ExclusiveStartKey: Attributes | undefined
      do {
        const command = new QueryCommand({
          TableName,
          ExclusiveStartKey,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': text(deadOf(tenantId, webhookId)) },
          ScanIndexForward: false,
          Limit: limit - dead.length,
        })
        const page = await guarded('listing deliveries', () => dynamo.send(command))
        dead.push(...(page.Items ?? []).map(deadDeliveryOf))
        ExclusiveStartKey = page.LastEvaluatedKey
      } while (ExclusiveStartKey !== undefined && dead.length < limit)
      return dead
    },
  }
}
