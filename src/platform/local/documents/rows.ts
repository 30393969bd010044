import type { Database } from 'bun:sqlite'
import type { DocumentEntry, StoredDocument } from '../../document-store'
import { decodeKey } from '../../shared/document-key'

// Bytes have a table of their own, so that lists read none of them. Keys are texts of `encodeKey`,
// which SQLite compares as UTF-8.
export const documentsSchema = `
CREATE TABLE IF NOT EXISTS documents (
  id INTEGER PRIMARY KEY,
  tenantId TEXT NOT NULL,
  key TEXT NOT NULL,
  etag TEXT NOT NULL,
  contentType TEXT NOT NULL,
  metadata TEXT NOT NULL,
  size INTEGER NOT NULL,
  updatedAt TEXT NOT NULL,
  expiresAt TEXT,
  UNIQUE (tenantId, key)
) STRICT;
CREATE INDEX IF NOT EXISTS documentsByExpiry ON documents (expiresAt) WHERE expiresAt IS NOT NULL;
CREATE TABLE IF NOT EXISTS documentBytes (
  id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
  bytes BLOB NOT NULL
) STRICT`

/** A document's row, whose `key` is the text of its key. */
export type DocumentRow = Omit<DocumentEntry, 'key' | 'metadata' | 'expiresAt'> & {
  key: string
  /** The metadata is stored as JSON. */
  metadata: string
  expiresAt: string | null
}

/** A `DocumentRow` has these columns. */
export const COLUMNS = 'key, etag, contentType, metadata, size, updatedAt, expiresAt'

/** The condition holds for a row that has not expired at `$now`. */
export const IS_THERE = '(expiresAt IS NULL OR expiresAt > $now)'

/** The condition holds for a row within the bounds of a prefix (`boundsOf`). */
export const IS_WITHIN = 'key > $after AND ($end IS NULL OR key < $end)'

export function entryOf({ key, metadata, expiresAt, ...row }: DocumentRow): DocumentEntry {
  return {
    key: decodeKey(key),
    ...row,
    metadata: JSON.parse(metadata) as Record<string, string>,
    ...(expiresAt !== null && { expiresAt }),
  }
}

export function documentOf({ bytes, ...row }: DocumentRow & { bytes: Uint8Array }): StoredDocument {
  return { ...entryOf(row), bytes }
}

/** Prepares the statements that write one document. */
export function createDocumentWrites(db: Database) {
  const putRow = db.query<{ id: number }, Record<string, string | number | null>>(
    `INSERT INTO documents (tenantId, ${COLUMNS})
     VALUES ($tenantId, $key, $etag, $contentType, $metadata, $size, $updatedAt, $expiresAt)
     ON CONFLICT (tenantId, key) DO UPDATE SET etag = excluded.etag,
       contentType = excluded.contentType, metadata = excluded.metadata, size = excluded.size,
       updatedAt = excluded.updatedAt, expiresAt = excluded.expiresAt
     RETURNING id`,
  )
  // Bun binds an array without bytes as NULL.
  const putBytes = db.query(
    `INSERT INTO documentBytes (id, bytes) VALUES (?1, coalesce(?2, zeroblob(0)))
     ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes`,
  )
  const removeRow = db.query('DELETE FROM documents WHERE tenantId = ? AND key = ?')

  return {
    put(tenantId: string, row: DocumentRow, bytes: Uint8Array) {
      const { id } = putRow.get({ tenantId, ...row })!
      putBytes.run(id, bytes)
    },

    remove: (tenantId: string, key: string) => removeRow.run(tenantId, key).changes > 0,
  }
}
