import type { Database } from 'bun:sqlite'
import type { QuarantinedItem, QuarantineStore } from '../quarantine-store'
import { guarded } from './database'
import type { TokenSigner } from './page-token'

export const quarantineSchema = `
CREATE TABLE IF NOT EXISTS quarantine (
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  tenantId TEXT NOT NULL,
  quarantineId TEXT NOT NULL,
  item TEXT NOT NULL,
  UNIQUE (tenantId, quarantineId)
) STRICT;
CREATE INDEX IF NOT EXISTS quarantineByTenant ON quarantine (tenantId, arrival)`

interface Row {
  arrival: number
  item: string
}

// Above every arrival: SQLite's row ids are signed 64-bit, and ours count from 1.
const NEWEST = Number.MAX_SAFE_INTEGER

/** @param tokens signs the cursors of `list` */
export function createQuarantineStore(db: Database, tokens: TokenSigner): QuarantineStore {
  const insert = db.query(
    'INSERT OR IGNORE INTO quarantine (tenantId, quarantineId, item) VALUES (?, ?, ?)',
  )
  const select = db.query<Row, [string, string]>(
    'SELECT * FROM quarantine WHERE tenantId = ? AND quarantineId = ?',
  )
  const selectPage = db.query<Row, [string, number, number]>(
    'SELECT * FROM quarantine WHERE tenantId = ? AND arrival < ? ORDER BY arrival DESC LIMIT ?',
  )
  const remove = db.query('DELETE FROM quarantine WHERE tenantId = ? AND quarantineId = ?')
  const insertAll = db.transaction((items: readonly QuarantinedItem[]) => {
    for (const item of items) insert.run(item.tenantId, item.quarantineId, JSON.stringify(item))
  })

  return {
    async put(items) {
      if (items.length > 0) guarded('saving to quarantine', () => insertAll(items))
    },

    async get(tenantId, quarantineId) {
      const row = guarded('reading quarantine', () => select.get(tenantId, quarantineId))
      return row === null ? undefined : itemOf(row)
    },

    async list(tenantId, { limit, cursor }) {
      const question = JSON.stringify(['quarantine', tenantId])
      const before = cursor === undefined ? NEWEST : tokens.read<number>(cursor, question)
      // One more than asked for says whether there is a next page.
      const rows = guarded('listing quarantine', () => selectPage.all(tenantId, before, limit + 1))
      const shown = rows.slice(0, limit)
      const items = shown.map(itemOf)
      if (rows.length <= limit) return { items }
      return { items, nextCursor: tokens.issue(shown.at(-1)!.arrival, question) }
    },

    release: async (tenantId, quarantineId) =>
      guarded('releasing from quarantine', () => remove.run(tenantId, quarantineId).changes > 0),
  }
}

function itemOf({ item }: Row): QuarantinedItem {
  return JSON.parse(item) as QuarantinedItem
}
