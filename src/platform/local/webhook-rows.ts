import type { Database } from 'bun:sqlite'
import type { Registry, Webhook, WebhookSubscription } from '../registry'
import { createSecretBox } from '../shared/secret-box'
import { createRows } from './rows'

export const webhookSchema = `
CREATE TABLE IF NOT EXISTS webhooks (
  tenantId TEXT NOT NULL,
  webhookId TEXT NOT NULL,
  secret BLOB NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (tenantId, webhookId)
) STRICT`

interface WebhookRow {
  fields: string
  secret: Uint8Array
}

type WebhookRows = Pick<
  Registry,
  'putWebhook' | 'getWebhook' | 'listWebhooks' | 'listAllWebhooks' | 'deleteWebhook'
>

/** The registry's webhooks. @param secretKey 32 bytes; their secrets are encrypted with it */
export function createWebhookRows(db: Database, secretKey: Uint8Array): WebhookRows {
  const { all, one, run } = createRows(db)
  const box = createSecretBox(secretKey)

  function webhookOf({ fields, secret }: WebhookRow): Webhook {
    const webhook = JSON.parse(fields) as WebhookSubscription
    return { ...webhook, secret: box.open(secret, labelOf(webhook)) }
  }

  return {
    async putWebhook({ secret, ...webhook }) {
      const sql = `INSERT INTO webhooks (tenantId, webhookId, secret, fields) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET secret = excluded.secret, fields = excluded.fields`
      const sealed = box.seal(secret, labelOf(webhook))
      const values = [webhook.tenantId, webhook.webhookId, sealed, JSON.stringify(webhook)]
      await run('saving a webhook', sql, ...values)
    },

    async getWebhook(tenantId, webhookId) {
      const sql = 'SELECT * FROM webhooks WHERE tenantId = ? AND webhookId = ?'
      const row = await one<WebhookRow>('reading a webhook', sql, tenantId, webhookId)
      return row && webhookOf(row)
    },

    async listWebhooks(tenantId) {
      const sql = 'SELECT * FROM webhooks WHERE tenantId = ? ORDER BY rowid'
      return (await all<WebhookRow>('listing webhooks', sql, tenantId)).map(webhookOf)
    },

    async listAllWebhooks() {
      const sql = 'SELECT fields FROM webhooks ORDER BY rowid'
      const rows = await all<WebhookRow>('listing webhooks', sql)
      return rows.map(({ fields }) => JSON.parse(fields) as WebhookSubscription)
    },

    deleteWebhook(tenantId, webhookId) {
      const sql = 'DELETE FROM webhooks WHERE tenantId = ? AND webhookId = ?'
      return run('deleting a webhook', sql, tenantId, webhookId)
    },
  }
}

/** A sealed secret that is copied to another webhook's row does not open there. */
function labelOf({ tenantId, webhookId }: WebhookSubscription): string {
  return JSON.stringify([tenantId, webhookId])
}
