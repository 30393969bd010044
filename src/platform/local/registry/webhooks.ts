import type { Database, SQLQueryBindings } from 'bun:sqlite'
import { readHidden, takeApart } from '../../registry/webhook-secrets'
import type { Webhook, WebhookHealth, WebhookSubscription, Webhooks } from '../../registry/webhooks'
import { createSecretBox } from '../../shared/secret-box'
import { createRows } from '../rows'

export const webhookSchema = `
CREATE TABLE IF NOT EXISTS webhooks (
  tenantId TEXT NOT NULL,
  webhookId TEXT NOT NULL,
  secret BLOB NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (tenantId, webhookId)
) STRICT;
CREATE INDEX IF NOT EXISTS webhooks_by_age
  ON webhooks (tenantId, json_extract(fields, '$.createdAt'), webhookId);
CREATE TABLE IF NOT EXISTS webhook_health (
  tenantId TEXT NOT NULL,
  webhookId TEXT NOT NULL,
  health TEXT NOT NULL,
  PRIMARY KEY (tenantId, webhookId)
) STRICT, WITHOUT ROWID`

interface WebhookRow {
  fields: string
  secret: Uint8Array
  health: string | null
}

// A webhook has some kilobytes, and 32 KB at most; those that are sent to are few at a time.
const MAX_OPENED = 256

const READ = `SELECT fields, secret, health FROM webhooks LEFT JOIN webhook_health USING (tenantId, webhookId)`

/** Makes the store of webhooks. @param secretKey 32 bytes; their secrets are encrypted with it */
export function createWebhooks(db: Database, secretKey: Uint8Array): Webhooks {
  const { all, one, run } = createRows(db)
  const box = createSecretBox(secretKey)

  function webhookOf({ fields, secret, health }: WebhookRow): Webhook {
    const webhook = JSON.parse(fields) as WebhookSubscription
    const hidden = readHidden(box.open(secret, labelOf(webhook)))
    const state = health === null ? {} : { health: JSON.parse(health) as WebhookHealth }
    return { ...webhook, ...hidden, ...state }
  }

  /** Lists the values of a row in the order of the columns. */
  function valuesOf(webhook: Webhook) {
    const { shown, hidden } = takeApart(webhook)
    const sealed = box.seal(hidden, labelOf(shown))
    return [shown.tenantId, shown.webhookId, sealed, JSON.stringify(shown)] as const
  }

  /**
   * The cached list of all webhooks holds while neither this connection nor another, the CLI's say,
   * has written to the file. We count our own writes; SQLite tells of the others'
   * (sqlite.org/pragma.html#pragma_data_version).
   */
  let known: { written: number; version: number; webhooks: WebhookSubscription[] } | undefined
  let written = 0
  /** These were opened since; whoever is sent to is asked for with each delivery. */
  let opened = { written: -1, version: -1, webhooks: new Map<string, Webhook>() }

  async function write(what: string, sql: string, ...values: SQLQueryBindings[]): Promise<boolean> {
    written += 1
    return run(what, sql, ...values)
  }

  async function versionOfOthers(): Promise<number> {
    const row = await one<{ data_version: number }>('listing webhooks', 'PRAGMA data_version')
    return row!.data_version
  }

  return {
    async put(webhook) {
      const sql = `INSERT INTO webhooks (tenantId, webhookId, secret, fields) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET secret = excluded.secret, fields = excluded.fields`
      await write('saving a webhook', sql, ...valuesOf(webhook))
    },

    add(webhook, most) {
      const sql = `INSERT INTO webhooks (tenantId, webhookId, secret, fields) SELECT ?, ?, ?, ?
        WHERE (SELECT count(*) FROM webhooks WHERE tenantId = ?) < ?`
      return write('saving a webhook', sql, ...valuesOf(webhook), webhook.tenantId, most)
    },

    replace(was, webhook) {
      const [tenantId, webhookId, secret, fields] = valuesOf(webhook)
      const sql = `UPDATE webhooks SET secret = ?, fields = ?
        WHERE tenantId = ? AND webhookId = ? AND json_extract(fields, '$.updatedAt') = ?`
      return write('saving a webhook', sql, secret, fields, tenantId, webhookId, was.updatedAt)
    },

    async get(tenantId, webhookId) {
      // As in `listAll`: what is found now may be newer, and is then read again.
      const [now, version] = [written, await versionOfOthers()]
      if (opened.written !== now || opened.version !== version) {
        opened = { written: now, version, webhooks: new Map() }
      }
      const { webhooks } = opened
      const found = webhooks.get(webhookId)
      if (found?.tenantId === tenantId) return found
      const sql = `${READ} WHERE tenantId = ? AND webhookId = ?`
      const row = await one<WebhookRow>('reading a webhook', sql, tenantId, webhookId)
      const webhook = row && webhookOf(row)
      if (webhook === undefined) return undefined
      webhooks.set(webhookId, webhook)
      if (webhooks.size > MAX_OPENED) webhooks.delete(webhooks.keys().next().value!)
      return webhook
    },

    async noteHealth(tenantId, webhookId, health) {
      const key = [tenantId, webhookId]
      const sql =
        health === undefined
          ? 'DELETE FROM webhook_health WHERE tenantId = ? AND webhookId = ?'
          : `INSERT OR REPLACE INTO webhook_health SELECT ?, ?, ?
             WHERE EXISTS (SELECT 1 FROM webhooks WHERE tenantId = ? AND webhookId = ?)`
      const values = health === undefined ? key : [...key, JSON.stringify(health), ...key]
      await run('noting the health of a webhook', sql, ...values)
      opened.webhooks.delete(webhookId)
    },

    async list(tenantId) {
      const sql = `${READ} WHERE tenantId = ? ORDER BY webhooks.rowid`
      return (await all<WebhookRow>('listing webhooks', sql, tenantId)).map(webhookOf)
    },

    async page(tenantId, limit, after = { createdAt: '', webhookId: '' }) {
      const sql = `SELECT fields FROM webhooks
        WHERE tenantId = ? AND (json_extract(fields, '$.createdAt'), webhookId) > (?, ?)
        ORDER BY json_extract(fields, '$.createdAt'), webhookId LIMIT ?`
      const { createdAt, webhookId } = after
      const values = [tenantId, createdAt, webhookId, limit]
      return (await all<WebhookRow>('listing webhooks', sql, ...values)).map(subscriptionOf)
    },

    async listAll() {
      // Both are read before the rows: those may be newer, and are then read again; never older.
      const [now, version] = [written, await versionOfOthers()]
      if (known?.written === now && known.version === version) return known.webhooks
      const sql = 'SELECT fields FROM webhooks ORDER BY rowid'
      const rows = await all<WebhookRow>('listing webhooks', sql)
      known = { written: now, version, webhooks: rows.map(subscriptionOf) }
      return known.webhooks
    },

    async delete(tenantId, webhookId) {
      await this.noteHealth(tenantId, webhookId, undefined)
      const sql = 'DELETE FROM webhooks WHERE tenantId = ? AND webhookId = ?'
      return write('deleting a webhook', sql, tenantId, webhookId)
    },
  }
}

function subscriptionOf({ fields }: Pick<WebhookRow, 'fields'>) {
  return JSON.parse(fields) as WebhookSubscription
}

/** A sealed secret that is copied to another webhook's row does not open there. */
function labelOf({ tenantId, webhookId }: WebhookSubscription): string {
  return JSON.stringify([tenantId, webhookId])
}
