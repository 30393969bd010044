import type { Database } from 'bun:sqlite'
import { AppError } from '../../error/app-error'
import type { ApiKey, Registry, Tenant } from '../registry'
import { createSourceRows, sourceSchema } from './registry/sources'
import { createWebhookRows, webhookSchema } from './registry/webhooks'
import { createRows } from './rows'

// Lists and settings stand as JSON: they are read whole, and nothing is searched by them.
export const registrySchema = `
CREATE TABLE IF NOT EXISTS tenants (
  tenantId TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  createdAt TEXT NOT NULL
) STRICT;
${sourceSchema}CREATE TABLE IF NOT EXISTS keys (
  tenantId TEXT NOT NULL,
  keyId TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  revokedAt TEXT,
  fields TEXT NOT NULL,
  PRIMARY KEY (tenantId, keyId)
) STRICT;${webhookSchema}`

interface KeyRow {
  fields: string
  revokedAt: string | null
}

/** @param options.secretKey 32 bytes; webhook secrets are encrypted with it */
export function createRegistry(db: Database, options: { secretKey: Uint8Array }): Registry {
  const { all, one, run } = createRows(db)

  return {
    async putTenant({ tenantId, name, createdAt }) {
      const sql = 'INSERT OR REPLACE INTO tenants (tenantId, name, createdAt) VALUES (?, ?, ?)'
      await run('saving a tenant', sql, tenantId, name, createdAt)
    },

    getTenant: (tenantId) =>
      one<Tenant>('reading a tenant', 'SELECT * FROM tenants WHERE tenantId = ?', tenantId),

    ...createSourceRows(db),

    async putKey({ revokedAt, ...key }) {
      const sql = `INSERT INTO keys (tenantId, keyId, hash, revokedAt, fields)
        VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
      const values = [key.tenantId, key.keyId, key.hash, revokedAt ?? null, JSON.stringify(key)]
      if (await run('saving a key', sql, ...values)) return
      throw new AppError('invalid_request', 'This key is already in use; choose another.')
    },

    async findKeyByHash(hash) {
      const row = await one<KeyRow>('looking up a key', 'SELECT * FROM keys WHERE hash = ?', hash)
      return row && keyOf(row)
    },

    async listKeys(tenantId) {
      const sql = 'SELECT * FROM keys WHERE tenantId = ? ORDER BY rowid'
      return (await all<KeyRow>('listing keys', sql, tenantId)).map(keyOf)
    },

    revokeKey(tenantId, keyId, at) {
      const sql = `UPDATE keys SET revokedAt = ?
        WHERE tenantId = ? AND keyId = ? AND revokedAt IS NULL`
      return run('revoking a key', sql, at, tenantId, keyId)
    },

    ...createWebhookRows(db, options.secretKey),
  }
}

function keyOf({ fields, revokedAt }: KeyRow): ApiKey {
  const key = JSON.parse(fields) as ApiKey
  return revokedAt === null ? key : { ...key, revokedAt }
}
