import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import type { Clock } from '../../clock'
import type { WebhookClaims } from '../../webhook-claims'
import { type Attributes, keyOf, number, primaryKey, text } from '../dynamo/attributes'
import { guarded } from '../errors'
import { secondOf, unlessHeld } from './items'

type Whose = Parameters<WebhookClaims['isSlow']>[0]

// Any process that meets it again notes it again.
const SLOW_MS = 60_000
// A claim ends by itself some time after the call that has it, which Lambda ends after a minute (`infra/deliver.ts`).
const CLAIM_MS = 90_000
const HOUR_S = 60 * 60
// Others take claims at the same moment: who loses twice asks again later, as who finds none.
const MAX_TRIES = 2

const SLOW = 'slow'
const CLAIM = 'claim#'

/** Keeps claims in the table of deliveries, in a partition for each webhook that is slow. */
export function createClaims(needs: {
  dynamo: DynamoDBClient
  table: string
  clock: Pick<Clock, 'now'>
}): WebhookClaims {
  const { dynamo, table: TableName, clock } = needs
  const keyOfClaims = ({ tenantId, webhookId }: Whose) => keyOf('claims', tenantId, webhookId)
  const now = () => clock.now().getTime()
  const expiresAt = (untilMs: number) => number(secondOf(untilMs) + HOUR_S)

  async function takenBy(pk: string): Promise<Set<string>> {
    const command = new QueryCommand({
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :claim)',
      ExpressionAttributeValues: { ':pk': text(pk), ':claim': text(CLAIM) },
    })
    const { Items = [] } = await guarded('looking for a claim', () => dynamo.send(command))
    const held = Items.filter(({ until }) => Number(until?.N) > now())
    return new Set(held.map(({ sk }) => sk!.S!))
  }

  /** @returns whether it is ours */
  async function put(Key: Attributes, by: string): Promise<boolean> {
    const until = now() + CLAIM_MS
    const command = new PutItemCommand({
      TableName,
      Item: { ...Key, by: text(by), until: number(until), expiresAt: expiresAt(until) },
      ConditionExpression: 'attribute_not_exists(pk) OR #until <= :now',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':now': number(now()) },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    })
    return (await unlessHeld('taking a claim', () => dynamo.send(command))) === undefined
  }

  async function giveBack(Key: Attributes, by: string): Promise<void> {
    const command = new DeleteItemCommand({
      TableName,
      Key,
      ConditionExpression: '#by = :by',
      ExpressionAttributeNames: { '#by': 'by' },
      ExpressionAttributeValues: { ':by': text(by) },
    })
    await unlessHeld('giving a claim back', () => dynamo.send(command))
  }

  return {
    async isSlow(whose) {
      const Key = primaryKey(keyOfClaims(whose), SLOW)
      const command = new GetItemCommand({ TableName, Key })
      const { Item } = await guarded('asking for slow webhooks', () => dynamo.send(command))
      return Number(Item?.until?.N) > now()
    },

    async noteSlow(whose) {
      const until = now() + SLOW_MS
      const Item = {
        ...primaryKey(keyOfClaims(whose), SLOW),
        ...{ until: number(until), expiresAt: expiresAt(until) },
      }
      await guarded('noting a slow webhook', () =>
        dynamo.send(new PutItemCommand({ TableName, Item })),
      )
    },

    async take(whose, most) {
      const pk = keyOfClaims(whose)
      const by = crypto.randomUUID()
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const taken = await takenBy(pk)
        const all = Array.from({ length: most }, (_, place) => `${CLAIM}${place}`)
        const free = all.filter((sk) => !taken.has(sk))
        const sk = free[Math.floor(Math.random() * free.length)]
        if (sk === undefined) return undefined
        const Key = primaryKey(pk, sk)
        if (await put(Key, by)) return () => giveBack(Key, by)
      }
      return undefined
    },
  }
}
