import type { Database } from 'bun:sqlite'
import type { QuarantinedItem, QuarantineFilter } from '../quarantine-store'

// The index has every column that a filter reads, so that a search for a rare reason does not touch
// the items, which may have megabytes.
export const quarantineSchema = `
CREATE TABLE IF NOT EXISTS quarantined (
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  tenantId TEXT NOT NULL,
  quarantineId TEXT NOT NULL,
  sourceId TEXT NOT NULL,
  standard TEXT NOT NULL,
  scope TEXT NOT NULL,
  receivedAt TEXT NOT NULL,
  codes TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  item TEXT NOT NULL,
  UNIQUE (tenantId, quarantineId)
) STRICT;
CREATE INDEX IF NOT EXISTS quarantinedByTenant
  ON quarantined (tenantId, arrival, sourceId, standard, scope, receivedAt, codes);
CREATE TABLE IF NOT EXISTS quarantineUsage (
  tenantId TEXT NOT NULL,
  sourceId TEXT NOT NULL,
  items INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (tenantId, sourceId)
) STRICT`

/** The columns of an item; `codes` is a JSON array, each once. */
export function rowOf(item: QuarantinedItem) {
  const { tenantId, quarantineId, sourceId, standard, scope, receivedAt } = item
  const text = JSON.stringify(item)
  return {
    ...{ tenantId, quarantineId, sourceId, standard, scope, receivedAt },
    codes: JSON.stringify([...new Set(item.errors.map(({ code }) => code))]),
    bytes: Buffer.byteLength(text),
    item: text,
  }
}

export type QuarantineRow = ReturnType<typeof rowOf> & { arrival: number }

export function itemOf({ item }: Pick<QuarantineRow, 'item'>): QuarantinedItem {
  return JSON.parse(item) as QuarantinedItem
}

const conditions: Record<keyof QuarantineFilter, string> = {
  sourceId: 'sourceId = $sourceId',
  sourceIds: 'sourceId IN (SELECT value FROM json_each($sourceIds))',
  standard: 'standard = $standard',
  scope: 'scope = $scope',
  // In quotes, as it stands in the array: a part of a code is not found, nor two with a comma.
  code: 'instr(codes, json_quote($code)) > 0',
  from: 'receivedAt >= $from',
  to: 'receivedAt < $to',
}

/** A filter as SQL, and the values it names. */
export function whereOf(filter: QuarantineFilter) {
  const values: Record<string, string> = {}
  const parts: string[] = []
  for (const [name, condition] of Object.entries(conditions)) {
    const value = filter[name as keyof QuarantineFilter]
    if (value === undefined) continue
    values[name] = typeof value === 'string' ? value : JSON.stringify(value)
    parts.push(`AND ${condition}`)
  }
  return { sql: parts.join(' '), values }
}

/**
 * Takes over what the table of the first versions held, which knew nothing but the item.
 * @param add keeps one item
 */
export function adoptFormerTable(db: Database, add: (item: QuarantinedItem) => void): void {
  const isThere = db.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?")
  if (isThere.get('quarantine') === null) return
  const adopt = db.transaction(() => {
    const rows = db.query<{ item: string }, []>('SELECT item FROM quarantine ORDER BY arrival')
    for (const row of rows.iterate()) add(itemOf(row))
    db.run('DROP TABLE quarantine')
  })
  adopt.immediate()
}
