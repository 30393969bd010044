import type { Database } from 'bun:sqlite'
import type { Tenant, Tenants } from '../../registry/tenants'
import { createRows } from '../rows'

export const tenantSchema = `
CREATE TABLE IF NOT EXISTS tenants (
  tenantId TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  createdAt TEXT NOT NULL
) STRICT;
`

export function createTenants(db: Database): Tenants {
  const { one, run } = createRows(db)
  return {
    async put({ tenantId, name, createdAt }) {
      const sql = 'INSERT OR REPLACE INTO tenants (tenantId, name, createdAt) VALUES (?, ?, ?)'
      await run('saving a tenant', sql, tenantId, name, createdAt)
    },

    get: (tenantId) =>
      one<Tenant>('reading a tenant', 'SELECT * FROM tenants WHERE tenantId = ?', tenantId),
  }
}
