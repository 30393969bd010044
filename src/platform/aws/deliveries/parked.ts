import {
  DeleteItemCommand,
  type DynamoDBClient,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Delivery } from '../../delivery-queue'
import { type Attributes, number, text } from '../dynamo/attributes'
import { batchGet } from '../dynamo/batch-get'
import { inParallel } from '../dynamo/in-parallel'
import { transact } from '../dynamo/transact'
import { guarded } from '../errors'
import { contentOf, deliveryKey, deliveryOf, expiry, parkedOf, unlessHeld, WAITING } from './items'

// A page has so many deliveries: each is a write or two, and a function that is stopped has done
// whole pages.
const PAGE = 100
const WRITES_AT_A_TIME = 10

/** Handles one page of a webhook's parked deliveries. */
type Handle = (deliveryIds: readonly string[]) => Promise<void>

/**
 * Stores deliveries that wait for their webhook to be enabled. Each retains its item, with
 * `parkedAt`; beside it stands one under its webhook, by which it is found. That one goes last, so
 * whatever is begun is found again. Every method throws `StorageError`.
 */
export function createParkedDeliveries(needs: { dynamo: DynamoDBClient; table: string }) {
  const { dynamo, table: TableName } = needs

  /**
   * Handles all pages once: a delivery that is parked again meanwhile is not reached a second time.
   */
  async function eachPage(tenantId: string, webhookId: string, handle: Handle) {
    let after: Attributes | undefined
    do {
      const { ids, last } = await page(tenantId, webhookId, PAGE, after)
      await handle(ids)
      await inParallel(ids, WRITES_AT_A_TIME, (id) => forget(tenantId, webhookId, id))
      after = last
    } while (after !== undefined)
  }

  async function page(tenantId: string, webhookId: string, Limit: number, after?: Attributes) {
    const command = new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': text(parkedOf(tenantId, webhookId)) },
      ConsistentRead: true,
      ExclusiveStartKey: after,
      Limit,
    })
    const reply = await guarded('listing deliveries', () => dynamo.send(command))
    const ids = (reply.Items ?? []).map(({ sk }) => sk?.S ?? '')
    return { ids, last: reply.LastEvaluatedKey }
  }

  async function forget(tenantId: string, webhookId: string, deliveryId: string) {
    const command = new DeleteItemCommand({
      TableName,
      Key: parkedKey(tenantId, webhookId, deliveryId),
    })
    await guarded('releasing deliveries', () => dynamo.send(command))
  }

  /** Makes a parked delivery wait. One that was released already stays as it is. */
  async function unpark(deliveryId: string, nowMs: number) {
    const command = new UpdateItemCommand({
      TableName,
      Key: deliveryKey(deliveryId),
      UpdateExpression: 'SET dueAt = :now, expiresAt = :expires REMOVE parkedAt',
      ConditionExpression: 'attribute_exists(parkedAt)',
      ExpressionAttributeValues: {
        ':now': number(nowMs),
        ':expires': number(expiry.waiting(nowMs)),
      },
    })
    await unlessHeld('releasing deliveries', () => dynamo.send(command))
  }

  return {
    /** Parks a delivery. One that is not waiting any more stays as it is. */
    async park(delivery: Delivery, nowMs: number): Promise<void> {
      const { deliveryId, tenantId, webhookId } = delivery
      const expiresAt = number(expiry.parked(nowMs))
      const parkedAt = text(new Date(nowMs).toISOString())
      const item = { ...deliveryKey(deliveryId), ...contentOf(delivery), parkedAt, expiresAt }
      const dueAt = number(nowMs)
      const pointer = { ...parkedKey(tenantId, webhookId, deliveryId), expiresAt }
      await guarded('parking a delivery', () =>
        transact(dynamo, [
          { Put: { TableName, Item: { ...item, dueAt }, ConditionExpression: WAITING } },
          { Put: { TableName, Item: pointer } },
        ]),
      )
    },

    /**
     * Releases all of a webhook's, page by page.
     * @param ring is called with each page once its deliveries wait, and before they are found no
     * more
     */
    release(
      tenantId: string,
      webhookId: string,
      nowMs: number,
      ring: (deliveryIds: readonly string[]) => Promise<void>,
    ): Promise<void> {
      return eachPage(tenantId, webhookId, async (ids) => {
        await inParallel(ids, WRITES_AT_A_TIME, (id) => unpark(id, nowMs))
        await ring(ids)
      })
    },

    /** Forgets all of a webhook's parked deliveries. */
    drop(tenantId: string, webhookId: string): Promise<void> {
      return eachPage(tenantId, webhookId, async (ids) => {
        await inParallel(ids, WRITES_AT_A_TIME, async (id) => {
          const Key = deliveryKey(id)
          const command = new DeleteItemCommand({
            TableName,
            Key,
            ConditionExpression: 'attribute_exists(parkedAt)',
          })
          await unlessHeld('dropping deliveries', () => dynamo.send(command))
        })
      })
    },

    async list(tenantId: string, webhookId: string, limit: number): Promise<Delivery[]> {
      const { ids } = await page(tenantId, webhookId, limit)
      const from = { client: dynamo, table: TableName }
      const items = await batchGet('listing deliveries', from, ids.map(deliveryKey))
      return items.filter(isParked).map((item) => deliveryOf(idOf(item), item))
    },
  }
}

function parkedKey(tenantId: string, webhookId: string, deliveryId: string): Attributes {
  return { pk: text(parkedOf(tenantId, webhookId)), sk: text(deliveryId) }
}

const isParked = ({ parkedAt }: Attributes) => parkedAt !== undefined

/** Reads the delivery's id from the key that `deliveryKey` made. */
function idOf({ pk }: Attributes): string {
  return decodeURIComponent(pk?.S?.split('#')[1] ?? '')
}
