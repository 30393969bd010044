import type { Database } from 'bun:sqlite'
import type { Tenant, Tenants } from '../../registry/tenants'
import { guarded } from '../database'
import { createRows } from '../rows'

// Settings have a table of their own: it was added when data folders with tenants existed.
export const tenantSchema = `
CREATE TABLE IF NOT EXISTS tenants (
  tenantId TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  createdAt TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS tenantSettings (
  tenantId TEXT PRIMARY KEY,
  settings TEXT NOT NULL
) STRICT;
`

type Row = Pick<Tenant, 'tenantId' | 'name' | 'createdAt'> & { settings: string | null }

const SELECT = `SELECT tenants.*, settings FROM tenants
  LEFT JOIN tenantSettings USING (tenantId)`

export function createTenants(db: Database): Tenants {
  const { all, one } = createRows(db)
  const insert = db.query(
    'INSERT OR REPLACE INTO tenants (tenantId, name, createdAt) VALUES (?, ?, ?)',
  )
  const insertSettings = db.query(
    'INSERT OR REPLACE INTO tenantSettings (tenantId, settings) VALUES (?, ?)',
  )
  const write = db.transaction(({ tenantId, name, createdAt, ...settings }: Tenant) => {
    insert.run(tenantId, name, createdAt)
    insertSettings.run(tenantId, JSON.stringify(settings))
  })
  const writeNew = db.transaction((tenant: Tenant) => {
    if (db.query('SELECT 1 FROM tenants WHERE tenantId = ?').get(tenant.tenantId)) return false
    write(tenant)
    return true
  })

  return {
    put: async (tenant) => guarded('saving a tenant', () => write(tenant)),

    add: async (tenant) => guarded('saving a tenant', () => writeNew.immediate(tenant)),

    async list() {
      const sql = `${SELECT} ORDER BY createdAt, tenantId`
      return (await all<Row>('listing tenants', sql)).map(tenantOf)
    },

    async get(tenantId) {
      const row = await one<Row>('reading a tenant', `${SELECT} WHERE tenantId = ?`, tenantId)
      return row && tenantOf(row)
    },
  }
}

function tenantOf({ settings, ...tenant }: Row): Tenant {
  return settings === null ? tenant : { ...tenant, ...(JSON.parse(settings) as Partial<Tenant>) }
}
