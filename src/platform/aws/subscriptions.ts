import { randomUUID } from 'node:crypto'
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import type { Clock } from '../clock'
import type { SubscriptionLimits, Subscriptions } from '../subscriptions'
import { LIFETIME_S } from './connections/rows'
import { type Attributes, number, queryAll, text } from './dynamo/attributes'
import { guarded } from './errors'
import {
  CONNECTION,
  itemKey,
  itemOf,
  partitionOf,
  roomFor,
  sizeOf,
  stateIn,
  stateKey,
  subscriptionIn,
  wantedText,
} from './subscriptions/items'

interface Needs {
  client: DynamoDBClient
  table: string
  clock: Clock
}

type Update = Omit<UpdateItemCommandInput, 'TableName' | 'Key'>

/**
 * Stores subscriptions in the table of live readers. The version counts on after an item has
 * changed: whoever finds it as it was has every change that was finished before.
 */
export function createSubscriptions({ client, table: TableName, clock }: Needs): Subscriptions {
  const nowS = () => Math.floor(clock.now().getTime() / 1000)

  /** @returns the item as it is then; undefined when the condition fails */
  async function update(what: string, Key: Attributes, how: Update) {
    const command = new UpdateItemCommand({ TableName, Key, ReturnValues: 'ALL_NEW', ...how })
    const updated = await guarded(what, () => client.send(command).catch(unlessRefused))
    return updated?.Attributes
  }

  async function read(what: string, Key: Attributes) {
    const command = new GetItemCommand({ TableName, Key, ConsistentRead: true })
    const { Item } = await guarded(what, () => client.send(command))
    return Item
  }

  /** Adds to a tenant's counts. @returns false when there is no room */
  async function count(
    tenantId: string,
    change: { version: number; held: number; size: number },
    limits?: SubscriptionLimits,
  ): Promise<boolean> {
    const room = limits && roomFor(change.held, change.size, limits)
    const counted = await update('counting subscriptions', stateKey(tenantId), {
      UpdateExpression: 'ADD version :version, held :held, wantedBytes :size',
      ...room,
      ExpressionAttributeValues: {
        ':version': number(change.version),
        ':held': number(change.held),
        ':size': number(change.size),
        ...room?.ExpressionAttributeValues,
      },
    })
    return counted !== undefined
  }

  async function items(tenantId: string): Promise<Attributes[]> {
    const input = {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: {
        ':pk': text(partitionOf(tenantId)),
        ':prefix': text(CONNECTION),
      },
    }
    const found = await guarded('listing subscriptions', () => queryAll(client, input))
    // DynamoDB drops what has expired within days.
    return found.filter(({ expiresAt }) => Number(expiresAt!.N) > nowS())
  }

  /** Takes room; what expired untold is counted out first when there seems to be none. */
  async function takeRoom(tenantId: string, size: number, limits: SubscriptionLimits) {
    const change = { version: 0, held: 1, size }
    if (await count(tenantId, change, limits)) return true
    const state = await read('counting subscriptions', stateKey(tenantId))
    const held = await items(tenantId)
    const sizes = held.reduce((sum, item) => sum + sizeOf(item), 0)
    // Whoever counts at this moment makes it fail, and has counted then.
    await update('counting subscriptions', stateKey(tenantId), {
      UpdateExpression: 'SET held = :held, wantedBytes = :size',
      ConditionExpression: 'held = :was AND version = :version',
      ExpressionAttributeValues: {
        ':held': number(held.length),
        ':size': number(sizes),
        ':was': state?.held ?? number(0),
        ':version': state?.version ?? number(0),
      },
    })
    return count(tenantId, change, limits)
  }

  return {
    async begin(subscription, limits) {
      const { tenantId } = subscription.principal
      // A reply may be lost: whoever asks again finds what it has put itself.
      const begunBy = text(randomUUID())
      const Item = { ...itemOf(subscription, nowS() + LIFETIME_S), begunBy }
      const size = sizeOf(Item)
      if (!(await takeRoom(tenantId, size, limits))) return 'full'
      const command = new PutItemCommand({
        TableName,
        Item,
        ConditionExpression: 'attribute_not_exists(pk) OR begunBy = :begunBy',
        ExpressionAttributeValues: { ':begunBy': begunBy },
      })
      // It may have been put though this fails, and is counted until somebody finds that it was not.
      const put = await guarded('noting a subscription', () =>
        client.send(command).catch(unlessRefused),
      )
      if (put !== undefined) return 'begun'
      await count(tenantId, { version: 0, held: -1, size: -size })
      return 'taken'
    },

    async get(tenantId, connectionId) {
      const item = await read('finding a subscription', itemKey(tenantId, connectionId))
      return item && Number(item.expiresAt?.N) > nowS() ? subscriptionIn(item) : undefined
    },

    async join(tenantId, connectionId, after) {
      const joined = await update('joining a subscription', itemKey(tenantId, connectionId), {
        UpdateExpression: 'SET stage = :stage, #after = :after',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#after': 'after' },
        ExpressionAttributeValues: { ':stage': text('joined'), ':after': text(after) },
      })
      if (joined === undefined) return false
      return count(tenantId, { version: 1, held: 0, size: 0 })
    },

    async change(tenantId, connectionId, wanted, limits) {
      const what = 'changing a subscription'
      const item = await read(what, itemKey(tenantId, connectionId))
      if (item === undefined) return false
      const now = wantedText(wanted)
      const size = Buffer.byteLength(now) - sizeOf(item)
      const bytes = { version: 0, held: 0, size }
      if (size > 0 && !(await count(tenantId, bytes, limits))) return 'full'
      const changed = await update(what, itemKey(tenantId, connectionId), {
        UpdateExpression: 'SET wanted = :now',
        // Where the reply is lost, it is asked again, and has been changed already.
        ConditionExpression: 'wanted = :was OR wanted = :now',
        ExpressionAttributeValues: { ':now': text(now), ':was': item.wanted! },
      })
      const left = size > 0 && changed ? 0 : size > 0 ? -size : changed ? size : 0
      await count(tenantId, { version: changed ? 1 : 0, held: 0, size: left })
      return changed !== undefined
    },

    async settle(tenantId, connectionId) {
      await update('noting what was posted', itemKey(tenantId, connectionId), {
        UpdateExpression: 'SET stage = :stage',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':stage': text('caught-up') },
      })
    },

    async lose(tenantId, connectionId, lost) {
      const noted = await update('noting what was lost', itemKey(tenantId, connectionId), {
        UpdateExpression: lost ? 'SET lost = :lost' : 'REMOVE lost',
        ConditionExpression: 'attribute_exists(pk)',
        ...(lost && { ExpressionAttributeValues: { ':lost': text(JSON.stringify(lost)) } }),
      })
      if (noted !== undefined) await count(tenantId, { version: 1, held: 0, size: 0 })
    },

    async remove(tenantId, connectionId) {
      const Key = itemKey(tenantId, connectionId)
      const command = new DeleteItemCommand({ TableName, Key, ReturnValues: 'ALL_OLD' })
      const { Attributes } = await guarded('ending a subscription', () => client.send(command))
      if (Attributes === undefined) return
      await count(tenantId, { version: 1, held: -1, size: -sizeOf(Attributes) })
    },

    async state(tenantId) {
      const item = await read('finding subscriptions', stateKey(tenantId))
      return item && stateIn(item)
    },

    list: async (tenantId) => (await items(tenantId)).map(subscriptionIn),

    async lease(tenantId, owner, ms) {
      const now = clock.now().getTime()
      const leased = await update('waiting to post', stateKey(tenantId), {
        UpdateExpression: 'SET poster = :owner, postsUntil = :until',
        ConditionExpression: 'attribute_not_exists(poster) OR poster = :owner OR postsUntil < :now',
        ExpressionAttributeValues: {
          ':owner': text(owner),
          ':until': number(now + ms),
          ':now': number(now),
        },
      })
      return leased && stateIn(leased)
    },

    async advance(tenantId, owner, posted, ms) {
      const until = clock.now().getTime() + ms
      const set = [posted !== undefined && 'posted = :posted', ms > 0 && 'postsUntil = :until']
      const sets = set.filter(Boolean).join(', ')
      const what = 'noting to where was posted'
      const advanced = await update(what, stateKey(tenantId), {
        UpdateExpression: `${sets && `SET ${sets}`} ${ms > 0 ? '' : 'REMOVE poster, postsUntil'}`,
        ConditionExpression: 'poster = :owner',
        ExpressionAttributeValues: {
          ':owner': text(owner),
          ...(posted !== undefined && { ':posted': text(posted) }),
          ...(ms > 0 && { ':until': number(until) }),
        },
      })
      return advanced !== undefined
    },
  }
}

/** @returns undefined for a write whose condition does not hold */
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof ConditionalCheckFailedException)) throw error
}
