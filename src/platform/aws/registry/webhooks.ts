import { readHidden } from '../../registry/webhook-secrets'
import type { Webhook, WebhookHealth, WebhookSubscription, Webhooks } from '../../registry/webhooks'
import type { Attributes } from '../dynamo/attributes'
import { byStamp, type Documents, thingOf } from '../dynamo/json-items'
import type { RootSecret } from '../root-secret'
import { ALL, changesNow, itemsOfTenant, labelOf, openBox, skOf, WEBHOOK } from './webhook-keys'
import { createWebhookWrites } from './webhook-writes'

/**
 * Reads and changes webhooks.
 * @param secrets the secrets of webhooks are encrypted with a key derived from these
 */
export function createWebhooks(documents: Documents, secrets: RootSecret): Webhooks {
  const { get, list } = documents
  let known: { changes: string; webhooks: WebhookSubscription[] } | undefined

  async function webhookOf(item: Attributes): Promise<Webhook> {
    const webhook = thingOf<WebhookSubscription>(item)
    const box = await openBox(secrets)
    const hidden = readHidden(box.open(item.sealed!.B!, labelOf(webhook)))
    const { health } = item
    const state = health?.S === undefined ? {} : { health: JSON.parse(health.S) as WebhookHealth }
    return { ...webhook, ...hidden, ...state }
  }

  return {
    ...createWebhookWrites(documents, secrets),

    async get(tenantId, webhookId) {
      const item = await get('reading a webhook', ALL, skOf({ tenantId, webhookId }))
      return item && webhookOf(item)
    },

    async list(tenantId) {
      const items = await itemsOfTenant(documents, tenantId)
      return Promise.all(items.sort(byStamp).map(webhookOf))
    },

    async page(tenantId, limit, after) {
      const items = await itemsOfTenant(documents, tenantId, 'json')
      const webhooks = items.map((item) => thingOf<WebhookSubscription>(item)).sort(byAge)
      const start = after ? webhooks.findIndex((webhook) => byAge(webhook, after) > 0) : 0
      return start === -1 ? [] : webhooks.slice(start, start + limit)
    },

    async listAll() {
      const changes = await changesNow(documents)
      if (known?.changes === changes) return known.webhooks
      // The items are read after the number: they may be newer than that, and are then read again;
      // never older.
      const items = await list('listing webhooks', ALL, WEBHOOK, 'json, stamp')
      known = { changes, webhooks: items.sort(byStamp).map((item) => thingOf(item)) }
      return known.webhooks
    },
  }
}

type Age = Pick<Webhook, 'createdAt' | 'webhookId'>

function byAge(a: Age, b: Age): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  return a.webhookId < b.webhookId ? -1 : Number(a.webhookId > b.webhookId)
}
