import type { Database } from 'bun:sqlite'
import { AppError } from '../../../error/app-error'
import { type ApiKey, ERASED_NAME, type Keys } from '../../registry/keys'
import { createRows } from '../rows'

export const keySchema = `
CREATE TABLE IF NOT EXISTS keys (
  tenantId TEXT NOT NULL,
  keyId TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  revokedAt TEXT,
  fields TEXT NOT NULL,
  PRIMARY KEY (tenantId, keyId)
) STRICT;
`

interface Row {
  fields: string
  revokedAt: string | null
}

export function createKeys(db: Database): Keys {
  const { all, one, run } = createRows(db)

  return {
    async add({ revokedAt, ...key }) {
      const sql = `INSERT INTO keys (tenantId, keyId, hash, revokedAt, fields)
        VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
      const values = [key.tenantId, key.keyId, key.hash, revokedAt ?? null, JSON.stringify(key)]
      if (await run('saving a key', sql, ...values)) return
      throw new AppError('invalid_request', 'This key is already in use; choose another.')
    },

    async findByHash(hash) {
      const row = await one<Row>('looking up a key', 'SELECT * FROM keys WHERE hash = ?', hash)
      return row && keyOf(row)
    },

    async list(tenantId) {
      const sql = 'SELECT * FROM keys WHERE tenantId = ? ORDER BY rowid'
      return (await all<Row>('listing keys', sql, tenantId)).map(keyOf)
    },

    revoke(tenantId, keyId, at) {
      const sql = `UPDATE keys SET revokedAt = ?
        WHERE tenantId = ? AND keyId = ? AND revokedAt IS NULL`
      return run('revoking a key', sql, at, tenantId, keyId)
    },

    forgetActor(tenantId, keyId, at) {
      const sql = `UPDATE keys
        SET revokedAt = coalesce(revokedAt, ?),
          fields = json_set(json_remove(fields, '$.actorId'), '$.name', ?)
        WHERE tenantId = ? AND keyId = ?`
      return run('forgetting whose key it was', sql, at, ERASED_NAME, tenantId, keyId)
    },

    retire(tenantId, keyId, { expiresAt, replacedBy }) {
      const sql = `UPDATE keys
        SET fields = json_set(fields, '$.expiresAt', ?, '$.replacedBy', ?)
        WHERE tenantId = ? AND keyId = ? AND revokedAt IS NULL
          AND json_extract(fields, '$.replacedBy') IS NULL`
      return run('retiring a key', sql, expiresAt, replacedBy, tenantId, keyId)
    },
  }
}

function keyOf({ fields, revokedAt }: Row): ApiKey {
  const key = JSON.parse(fields) as ApiKey
  return revokedAt === null ? key : { ...key, revokedAt }
}
