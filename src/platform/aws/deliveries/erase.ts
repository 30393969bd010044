import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { type Attributes, bytes, text } from '../dynamo/attributes'
import { inParallel } from '../dynamo/in-parallel'
import { guarded } from '../errors'
import {
  deliveryKey,
  deliveryOf,
  eventIdsOf,
  idOf,
  packed,
  statusOf,
  unlessHeld,
  updateOf,
} from './items'
import { type Lane, laneOf } from './lanes'
import { parkedKey } from './parked'
import { triesOf, withoutResponses } from './tries'

interface Needs {
  dynamo: DynamoDBClient
  table: string
}

/**
 * Reads the whole table: a delivery is found by its own id or under its webhook, never by its events.
 * Each is changed on condition that it names what was read. One that names no event any more is
 * forgotten; what leads to it goes after it, and leads nowhere until then.
 * @returns those forgotten that were of a lane, besides how many named an event
 */
export async function eraseFromDeliveries(
  { dynamo, table: TableName }: Needs,
  tenantId: string,
  { eventIds, isDryRun = false }: { eventIds: readonly string[]; isDryRun?: boolean | undefined },
): Promise<{ removed: number; left: readonly { lane: Lane; deliveryId: string }[] }> {
  const gone = new Set(eventIds)
  const left: { lane: Lane; deliveryId: string }[] = []
  let removed = 0
  let ExclusiveStartKey: Attributes | undefined
  do {
    const command = new ScanCommand({
      TableName,
      ExclusiveStartKey,
      ConsistentRead: true,
      FilterExpression: 'tenantId = :tenant AND attribute_exists(eventIds)',
      ExpressionAttributeValues: { ':tenant': text(tenantId) },
    })
    const page = await guarded(WHAT, () => dynamo.send(command))
    for (const item of page.Items ?? []) if (await eraseFrom(item)) removed += 1
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
  return { removed, left }

  /** Erases the events from one item. @returns whether it named one of them */
  async function eraseFrom(item: Attributes): Promise<boolean> {
    const named = eventIdsOf(item)
    const others = named.filter((id) => !gone.has(id))
    if (others.length === named.length) return false
    if (isDryRun) return true
    const Key = { pk: item.pk!, sk: item.sk! }
    if (others.length > 0) return shorten(Key, item, others)
    const isForgotten = await forget(Key, item.eventIds!)
    if (isForgotten) await forgetPointers(item)
    const lane = laneOf(deliveryOf(item))
    if (lane !== undefined) left.push({ lane, deliveryId: idOf(item) })
    return isForgotten
  }

  /** Leaves `others` of an item's ids. @returns false when it is gone meanwhile */
  async function shorten(Key: Attributes, item: Attributes, others: readonly string[]) {
    const command = new UpdateItemCommand(
      updateOf(TableName, Key, {
        set: { eventIds: bytes(packed(others)), ...withoutResponses(triesOf(item)) },
        condition: 'eventIds = :before',
        values: { ':before': item.eventIds! },
      }),
    )
    return (await unlessHeld(WHAT, () => dynamo.send(command))) === undefined
  }

  async function forget(Key: Attributes, before: AttributeValue) {
    const command = new DeleteItemCommand({
      TableName,
      Key,
      ConditionExpression: 'eventIds = :before',
      ExpressionAttributeValues: { ':before': before },
    })
    return (await unlessHeld(WHAT, () => dynamo.send(command))) === undefined
  }

  /**
   * Removes what leads to a forgotten item: to a parked one the item under its webhook, where version
   * 0.1.0 put it by its id alone; to a dead one of that version the item by its id.
   */
  async function forgetPointers(item: Attributes) {
    const { deliveryId: buriedId, sk } = item
    if (buriedId?.S !== undefined) {
      const command = new DeleteItemCommand({
        TableName,
        Key: deliveryKey(buriedId.S),
        ConditionExpression: 'buriedAs = :sk',
        ExpressionAttributeValues: { ':sk': sk! },
      })
      await unlessHeld(WHAT, () => dynamo.send(command))
    } else if (statusOf(item) === 'held') {
      const delivery = deliveryOf(item)
      const key = parkedKey(delivery)
      const keys = [key, { ...key, sk: text(delivery.deliveryId) }]
      await inParallel(keys, keys.length, (Key) =>
        guarded(WHAT, () => dynamo.send(new DeleteItemCommand({ TableName, Key }))),
      )
    }
  }
}

const WHAT = 'erasing from deliveries'
