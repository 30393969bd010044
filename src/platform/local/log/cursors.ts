import type { Database } from 'bun:sqlite'
import { guarded } from '../database'
import type { Position } from './generation'

/** How far each follower of the log has come. */
export interface Cursors {
  /** `handled`: everything before is done. `intended`: the end of a batch that was begun, if any. */
  read(name: string): { handled: Position; intended: Position | undefined }
  /** Durable once it returns. */
  write(name: string, handled: Position, intended: Position | undefined): void
  /** The least `handled` of the followers read since the start; Infinity when there are none. */
  floor(): Position
}

export const cursorsSchema = `
CREATE TABLE IF NOT EXISTS cursors (
  name TEXT PRIMARY KEY,
  handled INTEGER NOT NULL,
  intended INTEGER
) STRICT`

export function createCursors(db: Database): Cursors {
  const select = db.query<{ handled: number; intended: number | null }, [string]>(
    'SELECT handled, intended FROM cursors WHERE name = ?',
  )
  const upsert = db.query<never, [string, number, number | null]>(
    'INSERT OR REPLACE INTO cursors (name, handled, intended) VALUES (?, ?, ?)',
  )
  const followed = new Map<string, Position>()
  return {
    read(name) {
      const row = guarded('reading a cursor', () => select.get(name))
      followed.set(name, row?.handled ?? 0)
      return { handled: row?.handled ?? 0, intended: row?.intended ?? undefined }
    },
    write(name, handled, intended) {
      guarded('saving a cursor', () => upsert.run(name, handled, intended ?? null))
      followed.set(name, handled)
    },
    floor: () => Math.min(...followed.values()),
  }
}
