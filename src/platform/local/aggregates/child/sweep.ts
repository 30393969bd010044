import type { Database } from 'bun:sqlite'
import { ALL } from '../file'
import { NumberReader } from '../numbers-in-bytes'

/** Forgets texts and people that no contribution names any more, and leaves no byte of them in the file. */
export function sweep(db: Database) {
  db.transaction(() => {
    forgetBut(db, 'labels', labelsIn(db))
    forgetBut(db, 'actors', peopleIn(db))
    db.run('DELETE FROM tenants WHERE id NOT IN (SELECT DISTINCT tenant FROM counts)')
  })()
  // Deleted rows are overwritten in the file (`openDatabase`), and in its log they end with this.
  db.run('PRAGMA wal_checkpoint(TRUNCATE)')
}

function forgetBut(db: Database, table: 'labels' | 'actors', used: ReadonlySet<number>) {
  const drop = db.query(`DELETE FROM ${table} WHERE id = ?`)
  const known = db.query<{ id: number }, []>(`SELECT id FROM ${table}`).all()
  for (const { id } of known) if (!used.has(id)) drop.run(id)
}

function labelsIn(db: Database): Set<number> {
  const used = new Set<number>()
  const found = db.query<{ totals: Uint8Array }, [number]>(
    'SELECT totals FROM counts WHERE dimension <> ?',
  )
  for (const { totals } of found.iterate(ALL)) {
    const reader = new NumberReader(totals)
    for (let label = 0; reader.hasMore(); reader.next()) {
      label += reader.next()
      used.add(label)
    }
  }
  return used
}

function peopleIn(db: Database): Set<number> {
  const used = new Set<number>()
  const found = db.query<{ lists: Uint8Array }, [number]>(
    'SELECT lists FROM people WHERE dimension = ?',
  )
  for (const { lists } of found.iterate(ALL)) {
    const reader = new NumberReader(lists)
    for (let person = 0; reader.hasMore(); ) {
      person += reader.next()
      used.add(person)
    }
  }
  return used
}
