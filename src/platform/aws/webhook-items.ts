import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { Registry, Webhook, WebhookSubscription } from '../registry'
import { createSecretBox } from '../shared/secret-box'
import { type Attributes, bytes, keyOf, number, primaryKey } from './attributes'
import { byStamp, type Documents, jsonOf, stamp, thingOf } from './documents'
import type { RootSecret } from './root-secret'
import { WEBHOOKS_PARTITION } from './tables'

type WebhookItems = Pick<
  Registry,
  'putWebhook' | 'getWebhook' | 'listWebhooks' | 'listAllWebhooks' | 'deleteWebhook'
>

// Together, so that all of them are one query. It is asked seldom: a number beside them, which
// changes with each of them, tells whether what this process knows still holds.
const ALL = WEBHOOKS_PARTITION
const WEBHOOK = 'webhook#'
const CHANGES = [ALL, 'changes'] as const

/** The registry's webhooks. @param secrets their secrets are encrypted with a key of these */
export function createWebhookItems(
  { table: TableName, get, list, change }: Documents,
  secrets: RootSecret,
): WebhookItems {
  let known: { changes: string; webhooks: WebhookSubscription[] } | undefined

  const openBox = async () => createSecretBox(await secrets.derive('webhook secrets', 32))

  const counted: TransactWriteItem = {
    Update: {
      TableName,
      Key: primaryKey(...CHANGES),
      UpdateExpression: 'ADD changes :one',
      ExpressionAttributeValues: { ':one': number(1) },
    },
  }

  async function webhookOf(item: Attributes): Promise<Webhook> {
    const webhook = thingOf<WebhookSubscription>(item)
    const box = await openBox()
    return { ...webhook, secret: box.open(item.sealed!.B!, labelOf(webhook)) }
  }

  return {
    async putWebhook({ secret, ...webhook }) {
      const sealed = (await openBox()).seal(secret, labelOf(webhook))
      const put: TransactWriteItem = {
        Update: {
          TableName,
          Key: primaryKey(ALL, skOf(webhook)),
          // One that is replaced keeps its place in lists.
          UpdateExpression:
            'SET json = :json, sealed = :sealed, stamp = if_not_exists(stamp, :stamp)',
          ExpressionAttributeValues: {
            ':json': jsonOf(webhook).json!,
            ':sealed': bytes(sealed),
            ':stamp': stamp(),
          },
        },
      }
      await change('saving a webhook', [put, counted])
    },

    async getWebhook(tenantId, webhookId) {
      const item = await get('reading a webhook', ALL, skOf({ tenantId, webhookId }))
      return item && webhookOf(item)
    },

    async listWebhooks(tenantId) {
      const items = await list('listing webhooks', ALL, `${WEBHOOK}${keyOf(tenantId)}#`)
      return Promise.all(items.sort(byStamp).map(webhookOf))
    },

    async listAllWebhooks() {
      const count = await get('listing webhooks', ...CHANGES)
      const changes = count?.changes?.N ?? '0'
      if (known?.changes === changes) return known.webhooks
      // Read after the number: it may be newer than that, and is then read again; never older.
      const items = await list('listing webhooks', ALL, WEBHOOK, 'json, stamp')
      known = { changes, webhooks: items.sort(byStamp).map((item) => thingOf(item)) }
      return known.webhooks
    },

    async deleteWebhook(tenantId, webhookId) {
      const isMissing = await change('deleting a webhook', [
        {
          Delete: {
            TableName,
            Key: primaryKey(ALL, skOf({ tenantId, webhookId })),
            ConditionExpression: 'attribute_exists(pk)',
          },
        },
        counted,
      ])
      return isMissing === undefined
    },
  }
}

const skOf = ({ tenantId, webhookId }: Pick<Webhook, 'tenantId' | 'webhookId'>) =>
  keyOf('webhook', tenantId, webhookId)

/** A sealed secret that is copied to another webhook's item does not open there. */
function labelOf({ tenantId, webhookId }: WebhookSubscription): string {
  return JSON.stringify([tenantId, webhookId])
}
