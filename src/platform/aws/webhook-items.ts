import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../error/storage-error'
import type { Registry, Webhook, WebhookSubscription } from '../registry'
import { createSecretBox } from '../shared/secret-box'
import { type Attributes, bytes, keyOf, number, primaryKey, text } from './attributes'
import { byStamp, type Documents, jsonOf, stamp, thingOf } from './documents'
import type { RootSecret } from './root-secret'
import { WEBHOOKS_PARTITION } from './tables'

type WebhookItems = Pick<
  Registry,
  | 'putWebhook'
  | 'addWebhook'
  | 'replaceWebhook'
  | 'getWebhook'
  | 'listWebhooks'
  | 'pageWebhooks'
  | 'listAllWebhooks'
  | 'deleteWebhook'
>

// Together, so that all of them are one query. It is asked seldom: a number beside them, which
// changes with each of them, tells whether what this process knows still holds.
const ALL = WEBHOOKS_PARTITION
const WEBHOOK = 'webhook#'
const CHANGES = [ALL, 'changes'] as const

// Of adding one while others are added: whoever loses has read in vain. People add few at a time.
const MAX_TRIES = 10

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

  /** One that is replaced keeps its place in lists. @param condition completes the update */
  async function put(
    { secret, ...webhook }: Webhook,
    condition?: { ConditionExpression: string; values?: Attributes },
  ): Promise<TransactWriteItem> {
    const sealed = (await openBox()).seal(secret, labelOf(webhook))
    return {
      Update: {
        TableName,
        Key: primaryKey(ALL, skOf(webhook)),
        UpdateExpression:
          'SET json = :json, sealed = :sealed, stamp = if_not_exists(stamp, :stamp)',
        ConditionExpression: condition?.ConditionExpression,
        ExpressionAttributeValues: {
          ':json': jsonOf(webhook).json!,
          ':sealed': bytes(sealed),
          ':stamp': stamp(),
          ...condition?.values,
        },
      },
    }
  }

  async function changesNow(): Promise<string> {
    return (await get('listing webhooks', ...CHANGES))?.changes?.N ?? '0'
  }

  /** `counted`, if nothing was changed since. */
  function countedAfter(changes: string): TransactWriteItem {
    const { Update } = counted
    const isFirst = changes === '0'
    return {
      Update: {
        ...Update!,
        ConditionExpression: isFirst ? 'attribute_not_exists(changes)' : 'changes = :was',
        ExpressionAttributeValues: {
          ...Update!.ExpressionAttributeValues,
          ...(!isFirst && { ':was': { N: changes } }),
        },
      },
    }
  }

  const ofTenant = (tenantId: string, attributes?: string) =>
    list('listing webhooks', ALL, `${WEBHOOK}${keyOf(tenantId)}#`, attributes)

  return {
    async putWebhook(webhook) {
      await change('saving a webhook', [await put(webhook), counted])
    },

    async addWebhook(webhook, most) {
      const added = await put(webhook)
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const changes = await changesNow()
        if ((await ofTenant(webhook.tenantId, 'sk')).length >= most) return false
        const failed = await change('saving a webhook', [added, countedAfter(changes)])
        if (failed === undefined) return true
      }
      const message = 'saving a webhook: others are being saved all the time'
      throw new StorageError(message, { isRetriable: true })
    },

    async replaceWebhook(was, webhook) {
      const condition = {
        // JSON escapes a quotation mark within a text, so this can be the field only.
        ConditionExpression: 'contains(json, :was)',
        values: { ':was': text(`"updatedAt":${JSON.stringify(was.updatedAt)}`) },
      }
      const failed = await change('saving a webhook', [await put(webhook, condition), counted])
      return failed === undefined
    },

    async getWebhook(tenantId, webhookId) {
      const item = await get('reading a webhook', ALL, skOf({ tenantId, webhookId }))
      return item && webhookOf(item)
    },

    async listWebhooks(tenantId) {
      const items = await ofTenant(tenantId)
      return Promise.all(items.sort(byStamp).map(webhookOf))
    },

    async pageWebhooks(tenantId, limit, after) {
      const items = await ofTenant(tenantId, 'json')
      const webhooks = items.map((item) => thingOf<WebhookSubscription>(item)).sort(byAge)
      const start = after ? webhooks.findIndex((webhook) => byAge(webhook, after) > 0) : 0
      return start === -1 ? [] : webhooks.slice(start, start + limit)
    },

    async listAllWebhooks() {
      const changes = await changesNow()
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

type Age = Pick<Webhook, 'createdAt' | 'webhookId'>

function byAge(a: Age, b: Age): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  return a.webhookId < b.webhookId ? -1 : Number(a.webhookId > b.webhookId)
}

/** A sealed secret that is copied to another webhook's item does not open there. */
function labelOf({ tenantId, webhookId }: WebhookSubscription): string {
  return JSON.stringify([tenantId, webhookId])
}
