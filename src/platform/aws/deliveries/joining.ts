import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Delivery, Outgoing } from '../../delivery-queue'
import { type Attributes, bytes, keyOf, number, primaryKey, text } from '../dynamo/attributes'
import { guarded } from '../errors'
import {
  deliveryKey,
  eventIdsOf,
  expiry,
  isExpired,
  packed,
  statusOf,
  unlessHeld,
  WAITING,
} from './items'
import type { DeliveryRows } from './rows'

/** The one whose events were added, as its item is now. */
export interface Joined {
  item: Attributes
  /** It takes no more, and is due at once. */
  isFull: boolean
}

// Another process may join the same delivery at the same time. After so many others the events go by
// themselves.
const TRIES = 4

const OPEN = `${WAITING} AND attribute_not_exists(taken) AND attempts = :none AND attribute_not_exists(tries) AND eventIds = :before`
const OPEN_AND_HELD = 'attribute_exists(parkedAt) AND eventIds = :before'

/**
 * Adds events to deliveries that nobody has taken yet. An item for each webhook and lane, and one for
 * what is held, has the id of the latest that may be joined. It is put once that one has its message
 * and is found where it is parked: whoever joins need do neither. Every method throws `StorageError`.
 */
export function createJoining(
  { dynamo, table: TableName }: { dynamo: DynamoDBClient; table: string },
  rows: Pick<DeliveryRows, 'read' | 'change'>,
) {
  return {
    /** Finds the latest that may be joined, for `join`. */
    async latest(one: Outgoing): Promise<string | undefined> {
      const Key = openKey(one)
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true })
      const { Item } = await guarded('enqueueing deliveries', () => dynamo.send(command))
      return Item?.deliveryId?.S
    },

    /** Lets others join a delivery from now on. */
    async open(one: Outgoing, deliveryId: string, nowMs: number): Promise<void> {
      const Item = {
        ...openKey(one),
        deliveryId: text(deliveryId),
        expiresAt: number(expiry.parked(nowMs)),
      }
      await guarded('enqueueing deliveries', () =>
        dynamo.send(new PutItemCommand({ TableName, Item })),
      )
    },

    /**
     * Adds the events of one to another. One that is waiting, parked or remembered itself joins
     * nothing; one that was buried leaves the dead.
     * @returns undefined when it stays for itself
     */
    async join(one: Outgoing, openId: string, nowMs: number): Promise<Joined | undefined> {
      if (one.join === undefined || openId === one.deliveryId) return undefined
      const [own, latest] = await Promise.all([rows.read(one.deliveryId), rows.read(openId)])
      const isDead = own !== undefined && statusOf(own) === 'failed'
      if (own !== undefined && !isDead && !isExpired(own, nowMs)) return undefined
      let item = latest
      for (let tries = 0; tries < TRIES; tries += 1) {
        // A write whose condition does not hold costs what one does that is carried out.
        if (item === undefined || isExpired(item, nowMs) || !isOpen(item, one)) return undefined
        const joined = joinedWith(item, one, one.join)
        if (joined === undefined) return undefined
        const { eventIds, eventBytes, isFull } = joined
        const becomesDue = isFull && one.isHeld !== true
        const { isChanged, item: now } = await rows.change('enqueueing deliveries', openId, {
          set: {
            eventIds: bytes(packed(eventIds)),
            eventBytes: number(eventBytes),
            ...(becomesDue && { dueAt: number(nowMs) }),
            // Whatever is added last is held for as long as anything else.
            ...(one.isHeld && { expiresAt: number(expiry.parked(nowMs)) }),
          },
          condition: one.isHeld ? OPEN_AND_HELD : OPEN,
          values: { ':before': item.eventIds!, ...(!one.isHeld && { ':none': number(0) }) },
        })
        if (isChanged) {
          if (isDead) await forgetDead(one, own.buriedAs!)
          return { item: now, isFull }
        }
        // It was taken, released or erased, unless another joined it.
        if (now.eventIds?.B === undefined || sameBytes(now.eventIds.B, item.eventIds!.B!)) {
          return undefined
        }
        item = now
      }
      return undefined
    },
  }

  async function forgetDead({ deliveryId }: Delivery, buriedAs: Attributes[string]) {
    const command = new DeleteItemCommand({
      TableName,
      Key: deliveryKey(deliveryId),
      ConditionExpression: 'buriedAs = :buried',
      ExpressionAttributeValues: { ':buried': buriedAs },
    })
    await unlessHeld('enqueueing deliveries', () => dynamo.send(command))
  }
}

/** Tells whether nobody took or tried a delivery yet, or it is parked, for one that is held. */
function isOpen(item: Attributes, { isHeld }: Outgoing): boolean {
  if (isHeld) return statusOf(item) === 'held'
  const isUntouched = item.taken === undefined && item.tries === undefined
  return statusOf(item) === 'pending' && isUntouched && Number(item.attempts?.N) === 0
}

/** @returns undefined when both are too large together */
function joinedWith(item: Attributes, one: Outgoing, most: NonNullable<Outgoing['join']>) {
  const held = eventIdsOf(item)
  const known = new Set(held)
  const added = one.eventIds.filter((id) => !known.has(id))
  const eventIds = [...held, ...added]
  const heldBytes = Number(item.eventBytes?.N ?? 0)
  const eventBytes = heldBytes + (added.length > 0 ? (one.bytes ?? 0) : 0)
  if (added.length > 0 && isOver(most, eventIds.length, eventBytes)) return undefined
  return { eventIds, eventBytes, isFull: isFull(most, eventIds.length, eventBytes) }
}

function isOver({ maxEvents, maxBytes }: NonNullable<Outgoing['join']>, n: number, size: number) {
  return n > maxEvents || size > maxBytes
}

/** Tells whether a delivery of so many events and bytes takes no more. */
export function isFull(
  { maxEvents, maxBytes }: NonNullable<Outgoing['join']>,
  n: number,
  size: number,
): boolean {
  return n >= maxEvents || size >= maxBytes
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

function openKey({ tenantId, webhookId, lane, isHeld }: Outgoing): Attributes {
  const pk = keyOf('open', tenantId, webhookId, ...(lane === undefined ? [] : [lane]))
  return primaryKey(pk, isHeld ? 'held' : 'waiting')
}
