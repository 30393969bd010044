import { deflateRawSync, inflateRawSync } from 'node:zlib'
import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Erased } from '../../erasure'
import { type Attributes, text } from '../dynamo/attributes'
import { guarded } from '../errors'
import { deliveryKey, parkedOf, unlessHeld } from './items'

interface Needs {
  dynamo: DynamoDBClient
  table: string
}

/**
 * Reads the whole table: a delivery is found by its own id or under its webhook, never by its events.
 * Each is changed on condition that it names what was read. One that names no event any more is
 * forgotten; what leads to it goes after it, and leads nowhere until then.
 */
export async function eraseFromDeliveries(
  { dynamo, table: TableName }: Needs,
  tenantId: string,
  eventIds: readonly string[],
): Promise<Erased> {
  const gone = new Set(eventIds)
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
  return { removed }

  /** Erases the events from one item. @returns whether it named one of them */
  async function eraseFrom(item: Attributes): Promise<boolean> {
    const packed = item.eventIds!
    const named = JSON.parse(inflateRawSync(packed.B!).toString()) as string[]
    const left = named.filter((id) => !gone.has(id))
    if (left.length === named.length) return false
    const Key = { pk: item.pk!, sk: item.sk! }
    const isDone = await (left.length === 0 ? forget(Key, packed) : shorten(Key, packed, left))
    if (isDone && left.length === 0) await forgetPointer(item)
    return isDone
  }

  /** Leaves `left` of an item's ids. @returns false when it is gone meanwhile */
  async function shorten(Key: Attributes, packed: AttributeValue, left: readonly string[]) {
    const command = new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression: 'SET eventIds = :left',
      ConditionExpression: 'eventIds = :packed',
      ExpressionAttributeValues: {
        ':left': { B: deflateRawSync(JSON.stringify(left)) },
        ':packed': packed,
      },
    })
    return (await unlessHeld(WHAT, () => dynamo.send(command))) === undefined
  }

  async function forget(Key: Attributes, packed: AttributeValue) {
    const command = new DeleteItemCommand({
      TableName,
      Key,
      ConditionExpression: 'eventIds = :packed',
      ExpressionAttributeValues: { ':packed': packed },
    })
    return (await unlessHeld(WHAT, () => dynamo.send(command))) === undefined
  }

  /**
   * Removes the item that leads to a forgotten one: to a dead one the item by its id, to a parked
   * one the item under its webhook.
   */
  async function forgetPointer({ deliveryId, webhookId, parkedAt, buriedAt, pk, sk }: Attributes) {
    if (buriedAt !== undefined) {
      const command = new DeleteItemCommand({
        TableName,
        Key: deliveryKey(deliveryId!.S!),
        ConditionExpression: 'buriedAs = :sk',
        ExpressionAttributeValues: { ':sk': sk! },
      })
      await unlessHeld(WHAT, () => dynamo.send(command))
    } else if (parkedAt !== undefined) {
      const id = decodeURIComponent(pk!.S!.split('#')[1]!)
      const Key = { pk: text(parkedOf(tenantId, webhookId!.S!)), sk: text(id) }
      const command = new DeleteItemCommand({ TableName, Key })
      await guarded(WHAT, () => dynamo.send(command))
    }
  }
}

const WHAT = 'erasing from deliveries'
