import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import type { IndexedLeaf, LeafIndex } from '../../../merkle/verify/leaf-index'
import { openSpillFolder } from '../spill-folder'

const schema = `
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE leaves (
  row INTEGER PRIMARY KEY,
  eventId TEXT NOT NULL,
  hour TEXT NOT NULL,
  at INTEGER NOT NULL,
  isKept INTEGER NOT NULL,
  isOver INTEGER NOT NULL,
  salt BLOB NOT NULL,
  hash BLOB NOT NULL
)`

interface Row {
  row: number
  eventId: string
  hour: string
  at: number
  isKept: number
  isOver: number
  salt: Uint8Array
  hash: Uint8Array
}

/** Makes an index of any number of leaves, in a file that is gone at the end. */
export function openLeafIndex(): LeafIndex {
  const spill = openSpillFolder()
  const db = new Database(join(spill.path, 'leaves.db'), { create: true, strict: true })
  db.run(schema)
  let count = 0
  const insert = db.query<
    never,
    [number, string, string, number, number, number, Uint8Array, Uint8Array]
  >('INSERT INTO leaves VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const search = () =>
    db.query<Row, [string]>('SELECT * FROM leaves WHERE eventId = ? ORDER BY row')
  let byId: ReturnType<typeof search> | undefined
  db.run('BEGIN')
  return {
    add(leaves) {
      for (const { eventId, hour, index, of, mayBeOver, salt, hash } of leaves) {
        const facts = [index, Number(of === 'kept'), Number(mayBeOver)] as const
        insert.run(count, eventId, hour, ...facts, salt, hash)
        count += 1
      }
    },

    ready() {
      db.run('COMMIT')
      // An index that is made over what is there costs a third of one that grows with it.
      db.run('CREATE INDEX byId ON leaves (eventId)')
      byId = search()
    },

    find: (eventIds) => eventIds.map((id) => byId!.all(id).map(leafOf)),

    *all() {
      for (const row of db.query<Row, []>('SELECT * FROM leaves ORDER BY row').iterate()) {
        yield leafOf(row)
      }
    },

    [Symbol.dispose]() {
      db.close()
      spill[Symbol.dispose]()
    },
  }
}

function leafOf({ row, eventId, hour, at, isKept, isOver, salt, hash }: Row): IndexedLeaf {
  const of = isKept === 1 ? 'kept' : 'sent'
  return { row, eventId, hour, index: at, of, mayBeOver: isOver === 1, salt, hash }
}
