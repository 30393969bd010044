import type { Database } from 'bun:sqlite'
import type { Source, Sources } from '../../registry/sources'
import { guarded } from '../database'
import { createRows } from '../rows'

// Settings have a table of their own: it was added when data folders with sources existed.
export const sourceSchema = `
CREATE TABLE IF NOT EXISTS sources (
  tenantId TEXT NOT NULL,
  sourceId TEXT NOT NULL,
  name TEXT NOT NULL,
  createdAt TEXT NOT NULL,
  PRIMARY KEY (tenantId, sourceId)
) STRICT;
CREATE TABLE IF NOT EXISTS sourceSettings (
  tenantId TEXT NOT NULL,
  sourceId TEXT NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (tenantId, sourceId)
) STRICT;
`

type Row = Pick<Source, 'tenantId' | 'sourceId' | 'name' | 'createdAt'> & {
  settings: string | null
}

const SELECT = `SELECT sources.*, settings FROM sources
  LEFT JOIN sourceSettings USING (tenantId, sourceId)`

export function createSources(db: Database): Sources {
  const { all, one } = createRows(db)
  const insert = db.query(
    'INSERT OR REPLACE INTO sources (tenantId, sourceId, name, createdAt) VALUES (?, ?, ?, ?)',
  )
  const insertSettings = db.query(
    'INSERT OR REPLACE INTO sourceSettings (tenantId, sourceId, settings) VALUES (?, ?, ?)',
  )
  const write = db.transaction(({ tenantId, sourceId, name, createdAt, ...settings }: Source) => {
    insert.run(tenantId, sourceId, name, createdAt)
    insertSettings.run(tenantId, sourceId, JSON.stringify(settings))
  })

  return {
    put: async (source) => guarded('saving a source', () => write(source)),

    async get(tenantId, sourceId) {
      const sql = `${SELECT} WHERE tenantId = ? AND sourceId = ?`
      const row = await one<Row>('reading a source', sql, tenantId, sourceId)
      return row && sourceOf(row)
    },

    async list(tenantId) {
      const sql = `${SELECT} WHERE tenantId = ? ORDER BY createdAt, sourceId`
      return (await all<Row>('listing sources', sql, tenantId)).map(sourceOf)
    },
  }
}

function sourceOf({ settings, ...source }: Row): Source {
  return settings === null ? source : { ...source, ...(JSON.parse(settings) as Partial<Source>) }
}
