import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import type { AttemptRecord, Delivery } from '../../delivery-queue'
import { type Attributes, keyOf, number, text } from '../dynamo/attributes'
import { batchGet } from '../dynamo/batch-get'
import { inParallel } from '../dynamo/in-parallel'
import { transact } from '../dynamo/transact'
import { guarded } from '../errors'
import {
  deliveryKey,
  deliveryOf,
  expiry,
  idOf,
  isExpired,
  listedAs,
  placeOf,
  secondOf,
  statusOf,
  unlessHeld,
  updateOf,
  WAITING,
} from './items'
import { burial, type DeliveryRows, failedWith, type Row } from './rows'
import { withTry } from './tries'

// A page has so many deliveries: each is a write or two, and a function that is stopped has done
// whole pages.
const PAGE = 100
const WRITES_AT_A_TIME = 10

/** Handles one page of a webhook's parked deliveries: those that are still parked, or were just now. */
type Handle = (deliveryIds: readonly string[]) => Promise<void>

/** The condition requires a delivery that is parked, and not for too long. */
const PARKED =
  'attribute_exists(parkedAt) AND attribute_not_exists(deliveredAt) AND expiresAt >= :second'

/**
 * Stores deliveries that wait for their webhook to be enabled. Each retains its item, with
 * `parkedAt`; beside it stands one under its webhook, by which it is found, the first enqueued first.
 * (What version 0.1.0 parked stands there by its id.) That one goes last, so whatever is begun is
 * found again. Every method throws `StorageError`.
 */
export function createParkedDeliveries(
  { dynamo, table: TableName }: { dynamo: DynamoDBClient; table: string },
  rows: Pick<DeliveryRows, 'change'>,
) {
  /**
   * Handles all pages once: a delivery that is parked again meanwhile is not reached a second time.
   */
  async function eachPage(tenantId: string, webhookId: string, handle: Handle) {
    let after: Attributes | undefined
    do {
      const { pointers, last } = await page(tenantId, webhookId, PAGE, after)
      await handle(pointers.map(targetOf))
      await inParallel(pointers, WRITES_AT_A_TIME, forget)
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
    return { pointers: reply.Items ?? [], last: reply.LastEvaluatedKey }
  }

  async function forget({ pk, sk }: Attributes) {
    const command = new DeleteItemCommand({ TableName, Key: { pk: pk!, sk: sk! } })
    await guarded('releasing deliveries', () => dynamo.send(command))
  }

  function pointerTo(delivery: Delivery, nowMs: number): Attributes {
    const { deliveryId } = delivery
    return {
      ...parkedKey(delivery),
      deliveryId: text(deliveryId),
      expiresAt: number(expiry.parked(nowMs)),
    }
  }

  return {
    /**
     * Parks a delivery. @param reason why an attempt failed, which then counts
     * @returns false for one that is not waiting any more: it stays as it is
     */
    async park(row: Row, nowMs: number, reason?: string, attempt?: AttemptRecord) {
      const { delivery } = row
      const failed =
        reason === undefined ? withTry(row.tries, attempt) : failedWith(row, reason, attempt)
      const update = updateOf(TableName, deliveryKey(delivery.deliveryId), {
        set: {
          ...failed,
          ...listedAs('held', delivery),
          parkedAt: text(new Date(nowMs).toISOString()),
          dueAt: number(nowMs),
          expiresAt: number(expiry.parked(nowMs)),
        },
        remove: ['taken', 'unrung'],
        condition: WAITING,
      })
      const failures = await guarded('parking a delivery', () =>
        transact(dynamo, [
          { Update: update },
          { Put: { TableName, Item: pointerTo(delivery, nowMs) } },
        ]),
      )
      return failures === undefined
    },

    /** Lets a delivery that was added as parked be found. It may be repeated. */
    async pointTo(delivery: Delivery, nowMs: number): Promise<void> {
      const command = new PutItemCommand({ TableName, Item: pointerTo(delivery, nowMs) })
      await guarded('parking a delivery', () => dynamo.send(command))
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
      ring: (waiting: readonly Attributes[]) => Promise<void>,
    ): Promise<void> {
      return eachPage(tenantId, webhookId, async (ids) => {
        const items = await inParallel(ids, WRITES_AT_A_TIME, (id) => unpark(id, nowMs))
        // One that was released already may have no message yet.
        await ring(items.filter((item) => item.dueAt !== undefined && statusOf(item) === 'pending'))
      })

      async function unpark(deliveryId: string, nowMs: number): Promise<Attributes> {
        const { item } = await rows.change('releasing deliveries', deliveryId, {
          set: {
            dueAt: number(nowMs),
            expiresAt: number(expiry.inLane(nowMs)),
            logOf: text(keyOf(tenantId, webhookId, 'pending')),
          },
          remove: ['parkedAt'],
          condition: PARKED,
          values: { ':second': number(secondOf(nowMs)) },
        })
        return item
      }
    },

    /** Gives up all of a webhook's parked deliveries: they are dead. */
    skip(tenantId: string, webhookId: string, nowMs: number, reason: string): Promise<void> {
      return eachPage(tenantId, webhookId, async (ids) => {
        const from = { client: dynamo, table: TableName }
        const items = await batchGet('skipping deliveries', from, ids.map(deliveryKey))
        await inParallel(items, WRITES_AT_A_TIME, async (item) => {
          await rows.change('skipping deliveries', idOf(item), {
            set: burial(deliveryOf(item), nowMs, reason),
            remove: ['dueAt', 'parkedAt'],
            condition: PARKED,
            values: { ':second': number(secondOf(nowMs)) },
          })
        })
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
            ConditionExpression: 'attribute_exists(parkedAt) AND attribute_not_exists(deliveredAt)',
          })
          await unlessHeld('dropping deliveries', () => dynamo.send(command))
        })
      })
    },

    async list(
      tenantId: string,
      webhookId: string,
      limit: number,
      nowMs: number,
    ): Promise<Delivery[]> {
      const { pointers } = await page(tenantId, webhookId, limit)
      const from = { client: dynamo, table: TableName }
      const keys = [...new Set(pointers.map(targetOf))].map(deliveryKey)
      const items = await batchGet('listing deliveries', from, keys)
      const parked = items.filter((item) => statusOf(item) === 'held' && !isExpired(item, nowMs))
      return parked.map(deliveryOf)
    },
  }
}

/** Names the partition of a webhook's parked deliveries. */
function parkedOf(tenantId: string, webhookId: string): string {
  return keyOf('parked', tenantId, webhookId)
}

/** Makes the key of the item that leads to a parked delivery. */
export function parkedKey({ tenantId, webhookId, enqueuedAt, deliveryId }: Delivery): Attributes {
  return { pk: text(parkedOf(tenantId, webhookId)), sk: text(placeOf(enqueuedAt, deliveryId)) }
}

function targetOf({ deliveryId, sk }: Attributes): string {
  return deliveryId?.S ?? sk?.S ?? ''
}
