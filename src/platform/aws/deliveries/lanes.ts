import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import { v7 } from 'uuid'
import type { Delivery } from '../../delivery-queue'
import { type Attributes, keyOf, number, primaryKey, text } from '../dynamo/attributes'
import { guarded } from '../errors'
import { expiry, idOf, secondOf, unlessHeld } from './items'
import { type DeliveryRows, isWaiting } from './rows'
import type { Alarm } from './wake-ups'

/** A lane of a webhook is known by these. */
export type Lane = Required<Pick<Alarm, 'tenantId' | 'webhookId'>> & { lane: string }

export function laneOf({ tenantId, webhookId, lane }: Delivery | Alarm): Lane | undefined {
  return lane === undefined ? undefined : { tenantId, webhookId, lane }
}

// A delivery that is due and not taken for so long has lost its message, or Lambda is far behind; one
// message more does no harm. A caller was killed between adding it and ringing for it.
const LOST_MS = 5 * 60 * 1000

/**
 * Keeps the order of lanes. Each delivery that waits in one has an item there, by the time at which it
 * was enqueued. Only the first has a message; when it ends, the next is rung for. Whoever adds one
 * puts its item and looks then who is first; whoever ends one removes its item and looks then: at
 * least one of the two sees that it is the other's turn. An item whose delivery waits no more is
 * removed by whoever finds it first in its lane, so that a crash leaves nothing in the way.
 *
 * A released delivery goes before later ones, of which one may be under way: so the one that is
 * holds the lane meanwhile.
 */
export function createLanes({
  dynamo,
  table: TableName,
  rows,
  ring,
}: {
  dynamo: DynamoDBClient
  table: string
  rows: Pick<DeliveryRows, 'read'>
  ring(alarms: readonly Alarm[]): Promise<void>
}) {
  /** Finds the first delivery of a lane that waits or is taken. */
  async function first(lane: Lane): Promise<Attributes | undefined> {
    const command = new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': text(lineOf(lane)) },
      ConsistentRead: true,
      Limit: 1,
    })
    for (;;) {
      const { Items = [] } = await guarded('reading a lane', () => dynamo.send(command))
      const [standing] = Items
      if (standing === undefined) return undefined
      const item = await rows.read(standing.deliveryId?.S ?? '')
      if (isWaiting(item)) return item
      await leave(standing)
    }
  }

  /** Removes an item of a lane, unless it was put anew since it was read. */
  async function leave({ pk, sk, nonce }: Attributes) {
    const command = new DeleteItemCommand({
      TableName,
      Key: { pk: pk!, sk: sk! },
      ConditionExpression: 'nonce = :nonce',
      ExpressionAttributeValues: { ':nonce': nonce! },
    })
    await unlessHeld('leaving a lane', () => dynamo.send(command))
  }

  return {
    first,

    /** Makes the place of a delivery that is enqueued now. */
    placeAt: (nowMs: number) => `${new Date(nowMs).toISOString()} ${v7()}`,

    /** Lets a delivery stand in its lane, once it waits. */
    async stand(lane: Lane, deliveryId: string, laneAt: string, nowMs: number): Promise<void> {
      const Item = {
        ...primaryKey(lineOf(lane), laneAt),
        deliveryId: text(deliveryId),
        nonce: text(v7()),
        expiresAt: number(expiry.inLane(nowMs)),
      }
      await guarded('enqueueing deliveries', () =>
        dynamo.send(new PutItemCommand({ TableName, Item })),
      )
    },

    /** Rings for the first of a lane if it is the one that was added, or seems to be lost. */
    async entered(lane: Lane, deliveryId: string, nowMs: number): Promise<Alarm[]> {
      const item = await first(lane)
      if (item === undefined) return []
      const isOurs = idOf(item) === deliveryId
      return isOurs || isLost(item, nowMs) ? [alarmOf(item, nowMs)] : []
    },

    /** Rings for the first of a lane if nothing does: the one before it has ended, or is parked. */
    async advance(lane: Lane, nowMs: number): Promise<void> {
      const item = await first(lane)
      if (item === undefined) return
      const isUnderWay = item.taken !== undefined || Number(item.attempts?.N) > 0
      const ringsLater = isUnderWay && Number(item.dueAt?.N) > nowMs
      if (!ringsLater) await ring([alarmOf(item, nowMs)])
    },

    /** Takes a lane for a delivery. @returns until when another has it (ms); undefined when it has */
    async hold(lane: Lane, deliveryId: string, nowMs: number, untilMs: number) {
      const holder = text(deliveryId)
      const command = new PutItemCommand({
        TableName,
        Item: {
          ...holderKey(lane),
          ...{ holder, heldUntil: number(untilMs), expiresAt: number(secondOf(untilMs) + DAY_S) },
        },
        ConditionExpression: 'attribute_not_exists(pk) OR holder = :holder OR heldUntil <= :now',
        ExpressionAttributeValues: { ':holder': holder, ':now': number(nowMs) },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      const held = await unlessHeld('taking a lane', () => dynamo.send(command))
      return held === undefined ? undefined : Number(held.heldUntil?.N ?? nowMs)
    },

    async letGo(lane: Lane, deliveryId: string): Promise<void> {
      const command = new DeleteItemCommand({
        TableName,
        Key: holderKey(lane),
        ConditionExpression: 'holder = :holder',
        ExpressionAttributeValues: { ':holder': text(deliveryId) },
      })
      await unlessHeld('leaving a lane', () => dynamo.send(command))
    },
  }
}

export type Lanes = ReturnType<typeof createLanes>

const DAY_S = 24 * 60 * 60

function lineOf({ tenantId, webhookId, lane }: Lane): string {
  return keyOf('lane', tenantId, webhookId, lane)
}

function holderKey({ tenantId, webhookId, lane }: Lane): Attributes {
  return primaryKey(keyOf('holder', tenantId, webhookId, lane), 'holder')
}

function isLost({ dueAt }: Attributes, nowMs: number): boolean {
  return Number(dueAt?.N) < nowMs - LOST_MS
}

/** Makes the alarm that rings when a delivery is due. */
export function alarmOf(item: Attributes, nowMs: number): Alarm {
  return {
    deliveryId: idOf(item),
    tenantId: item.tenantId?.S ?? '',
    webhookId: item.webhookId?.S ?? '',
    ...(item.lane?.S !== undefined && { lane: item.lane.S }),
    delayMs: Math.max(0, Number(item.dueAt?.N ?? nowMs) - nowMs),
  }
}
