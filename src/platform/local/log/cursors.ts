import type { Database } from 'bun:sqlite'
import { guarded } from '../database'
import { createDurably, relaxed } from '../durably'
import type { Position } from './generation'

/** An intent names a batch that was begun, so that the same comes again after a crash. */
export interface Intent {
  end: Position
  batchId: string
}

/** Cursors tell how far each follower of the log has come. */
export interface Cursors {
  /**
   * Reads a cursor: all before `handled` is done; `intended` is the batch that was begun, if any.
   */
  read(name: string): { handled: Position; intended: Intent | undefined }
  /** Reads a cursor of which nobody follows the log yet; undefined when there is none. */
  peek(name: string): Position | undefined
  /** Sets a cursor of which nobody follows the log yet. */
  set(name: string, handled: Position): void
  /**
   * Writes a cursor within this call, and resolves once it is on the disk. Whoever need not wait for that
   * loses no event: a power cut sets the cursor back, and the same comes again.
   */
  write(name: string, handled: Position, intended: Intent | undefined): Promise<void>
  /**
   * Finds the least `handled` of the followers read since the start; Infinity when there are none.
   */
  floor(): Position
  /** Finds the greatest position that any follower was ever handed; 0 when there are none. */
  furthest(): Position
}

export const cursorsSchema = `
CREATE TABLE IF NOT EXISTS cursors (
  name TEXT PRIMARY KEY,
  handled INTEGER NOT NULL,
  intended INTEGER,
  batch TEXT
) STRICT`

interface Row {
  handled: number
  intended: number | null
  batch: string | null
}

/** Makes the cursors. @param db opened with `cursorsSchema` @param durably of this database */
export function createCursors(db: Database, durably = createDurably(db)): Cursors {
  guarded('opening the cursors', () => addBatch(db))
  const select = db.query<Row, [string]>(
    'SELECT handled, intended, batch FROM cursors WHERE name = ?',
  )
  const upsert = db.query<never, [string, number, number | null, string | null]>(
    'INSERT OR REPLACE INTO cursors (name, handled, intended, batch) VALUES (?, ?, ?, ?)',
  )
  const most = db.query<{ position: number }, []>(
    'SELECT coalesce(max(max(handled, coalesce(intended, 0))), 0) AS position FROM cursors',
  )
  const followed = new Map<string, Position>()
  return {
    read(name) {
      const row = guarded('reading a cursor', () => select.get(name))
      const { handled = 0, intended = null, batch = null } = row ?? {}
      followed.set(name, handled)
      if (intended === null) return { handled, intended: undefined }
      // Version 0.1.0 stored no name, and named the batch so.
      return {
        handled,
        intended: { end: intended, batchId: batch ?? `${name}-${handled}-${intended}` },
      }
    },
    peek: (name) => guarded('reading a cursor', () => select.get(name))?.handled,
    set: (name, handled) =>
      guarded('saving a cursor', () => void upsert.run(name, handled, null, null)),
    async write(name, handled, intended) {
      guarded('saving a cursor', () =>
        relaxed(db, () =>
          upsert.run(name, handled, intended?.end ?? null, intended?.batchId ?? null),
        ),
      )
      followed.set(name, handled)
      await durably.synced()
    },
    floor: () => Math.min(...followed.values()),
    furthest: () => guarded('reading the cursors', () => most.get()!.position),
  }
}

/** Adds the column that cursors of version 0.1.0 do not have: the name of a batch. */
function addBatch(db: Database) {
  const columns = db.query<{ name: string }, []>('PRAGMA table_info(cursors)').all()
  if (!columns.some(({ name }) => name === 'batch'))
    db.run('ALTER TABLE cursors ADD COLUMN batch TEXT')
}
