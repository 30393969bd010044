import type { Database } from 'bun:sqlite'
import type { QuarantinedItem, QuarantinedSummary, QuarantineFilter } from '../../quarantine-store'

// The index has every column that a search reads, so that looking for a rare reason does not touch
// the items. `raw` comes last: SQLite reads the columns of a row only up to the one asked for.
export const quarantineSchema = `
CREATE TABLE IF NOT EXISTS quarantineItems (
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  tenantId TEXT NOT NULL,
  quarantineId TEXT NOT NULL,
  sourceId TEXT NOT NULL,
  standard TEXT NOT NULL,
  scope TEXT NOT NULL,
  receivedAt TEXT NOT NULL,
  codes TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  length INTEGER NOT NULL,
  about TEXT NOT NULL,
  raw TEXT NOT NULL,
  UNIQUE (tenantId, quarantineId)
) STRICT;
CREATE INDEX IF NOT EXISTS quarantineItemsByTenant
  ON quarantineItems (tenantId, arrival, sourceId, standard, scope, receivedAt, codes, bytes);
CREATE TABLE IF NOT EXISTS quarantineUsage (
  tenantId TEXT NOT NULL,
  sourceId TEXT NOT NULL,
  items INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (tenantId, sourceId)
) STRICT`

type About = Omit<QuarantinedItem, 'raw'>

/**
 * Makes the columns of an item. `codes` is a JSON array, each once; `about` is the rest of the item
 * as JSON, and `raw` is a JSON string, so that it comes back as it was, whatever characters it has.
 */
export function rowOf({ raw, ...rest }: QuarantinedItem) {
  const { tenantId, quarantineId, sourceId, standard, scope, receivedAt } = rest
  const own = { tenantId, quarantineId, sourceId, standard, scope, receivedAt }
  const text = JSON.stringify(raw)
  return { ...own, ...saidOf(rest, text), length: raw.length, raw: text }
}

// The text's name takes so much in the JSON of the whole item, by which its bytes are counted.
const NAME_BYTES = ',"raw":'.length

/** Makes the columns that change with what is said of an item. @param raw as it is stored */
export function saidOf(rest: About, raw: string) {
  const about = JSON.stringify(rest)
  const codes = JSON.stringify([...new Set(rest.errors.map(({ code }) => code))])
  const bytes = Buffer.byteLength(about) + NAME_BYTES + Buffer.byteLength(raw)
  return { codes, bytes, about }
}

export type NewRow = ReturnType<typeof rowOf>
export type QuarantineRow = NewRow & { arrival: number }

export function summaryOf({
  about,
  length,
}: Pick<QuarantineRow, 'about' | 'length'>): QuarantinedSummary {
  return { ...(JSON.parse(about) as About), length }
}

export function itemOf({ about, raw }: Pick<QuarantineRow, 'about' | 'raw'>): QuarantinedItem {
  return { ...(JSON.parse(about) as About), raw: JSON.parse(raw) as string }
}

const conditions: Record<keyof QuarantineFilter, string> = {
  sourceId: 'sourceId = $sourceId',
  sourceIds: 'sourceId IN (SELECT value FROM json_each($sourceIds))',
  standard: 'standard = $standard',
  scope: 'scope = $scope',
  // The code is quoted, as it stands in the array: a part of one is not found, nor two with a
  // comma.
  code: 'instr(codes, json_quote($code)) > 0',
  from: 'receivedAt >= $from',
  to: 'receivedAt < $to',
}

/** Turns a filter into a condition of SQL, and the values it names. */
export function conditionOf(filter: QuarantineFilter) {
  const values: Record<string, string> = {}
  const parts = ['TRUE']
  for (const [name, condition] of Object.entries(conditions)) {
    const value = filter[name as keyof QuarantineFilter]
    if (value === undefined) continue
    values[name] = typeof value === 'string' ? value : JSON.stringify(value)
    parts.push(condition)
  }
  return { sql: parts.join(' AND '), values }
}

type Former = { arrival: number; item: string }

/**
 * Takes over what the tables of former versions held: the first knew nothing but the item, the
 * second had the item's text within its JSON. It reads one item at a time: some have megabytes.
 * @param insert stores one item, in its place
 * @param count counts one that was not counted yet
 */
export function adoptFormerTables(
  db: Database,
  insert: (row: NewRow & { arrival: number | null }) => void,
  count: (row: NewRow) => void,
): void {
  const isThere = db.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?")
  const adopt = db.transaction((table: string) => {
    const rows = db.query<Former, []>(`SELECT arrival, item FROM ${table} ORDER BY arrival`)
    for (const { arrival, item } of rows.iterate()) {
      const row = rowOf(JSON.parse(item))
      const isCounted = table === 'quarantined'
      insert({ ...row, arrival: isCounted ? arrival : null })
      if (!isCounted) count(row)
    }
    db.run(`DROP TABLE ${table}`)
  })
  for (const table of ['quarantined', 'quarantine']) {
    if (isThere.get(table) !== null) adopt.immediate(table)
  }
}
