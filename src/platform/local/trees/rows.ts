import type { Database } from 'bun:sqlite'
import { SALT_BYTES } from '../../../merkle/hashes'
import { TILE } from '../../../merkle/tree'
import { guarded } from '../database'
import type { Edge, Facts, Growing } from './growing'

export interface TreeRow {
  id: number
  tenantId: string
  hour: string
  size: number
  /** Absent while it grows. */
  root: Uint8Array | null
  /** Kinds of leaves whose ids and salts it has, as JSON. */
  kinds: string
}

interface LeavesRow {
  at: number
  salts: Uint8Array
  kinds: Uint8Array
  ids: Uint8Array
}

interface KeysRow {
  at: number
  keys: Uint8Array
}

/** Runs the statements of `trees.db`; each throws a `StorageError` in place of what SQLite throws. */
export function createTreeRows(db: Database) {
  const byHour = db.query<TreeRow, [string, string]>(
    'SELECT * FROM trees WHERE tenantId = ? AND hour = ?',
  )
  const from = db.query<TreeRow, [string, string, string, number]>(
    'SELECT * FROM trees WHERE tenantId = ? AND hour >= ? AND hour < ? ORDER BY hour LIMIT ?',
  )
  const before = db.query<TreeRow, [string, string, string, number]>(
    'SELECT * FROM trees WHERE tenantId = ? AND hour >= ? AND hour < ? ORDER BY hour DESC LIMIT ?',
  )
  const growing = db.query<Pick<TreeRow, 'tenantId' | 'hour'>, [string, number]>(
    'SELECT tenantId, hour FROM trees WHERE root IS NULL AND hour < ? ORDER BY hour LIMIT ?',
  )
  const growingOf = db.query<TreeRow, [string, string]>(
    'SELECT * FROM trees WHERE tenantId = ? AND root IS NULL AND hour <= ? ORDER BY hour',
  )
  const closed = db.query<{ hour: string | null }, [string]>(
    'SELECT max(hour) AS hour FROM trees WHERE tenantId = ? AND root IS NOT NULL',
  )
  const lastId = db.query<{ id: number | null }, []>('SELECT max(id) AS id FROM trees')
  const putTree = db.query(
    `INSERT INTO trees (id, tenantId, hour, size, kinds) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (tenantId, hour) DO UPDATE SET size = excluded.size, kinds = excluded.kinds`,
  )
  const setRoot = db.query('UPDATE trees SET root = ? WHERE id = ?')
  const setKinds = db.query('UPDATE trees SET kinds = ? WHERE id = ?')
  const tile = db.query<{ hashes: Uint8Array }, [number, number, number]>(
    'SELECT hashes FROM tiles WHERE tree = ? AND level = ? AND at = ?',
  )
  const putTile = db.query('INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?)')
  const leaves = db.query<LeavesRow, [number, number, number]>(
    'SELECT at, salts, kinds, ids FROM leaves WHERE tree = ? AND at >= ? ORDER BY at LIMIT ?',
  )
  const putLeaves = db.query('INSERT OR REPLACE INTO leaves VALUES (?, ?, ?, ?, ?)')
  const keys = db.query<KeysRow, [number, number, number]>(
    'SELECT at, keys FROM leafKeys WHERE tree = ? AND at >= ? ORDER BY at LIMIT ?',
  )
  const putKeys = db.query('INSERT OR REPLACE INTO leafKeys VALUES (?, ?, ?)')
  const drops = ['tiles', 'leaves', 'leafKeys'].map((table) =>
    db.query(`DELETE FROM ${table} WHERE tree = ?`),
  )
  const latest = db.query<{ batch: string }, []>('SELECT batch FROM latestLeaves')
  const putLatest = db.query('INSERT OR REPLACE INTO latestLeaves VALUES (1, ?)')
  let nextId = (guarded('opening the trees', () => lastId.get())?.id ?? 0) + 1

  function factsOf({ at, salts, kinds, ids }: LeavesRow): Omit<Facts, 'keys'> {
    const list = JSON.parse(Buffer.from(Bun.zstdDecompressSync(ids)).toString())
    return { at, salts, kinds: numbersIn(kinds), ids: list }
  }

  function edgeOf({ id, size, kinds }: TreeRow): Edge {
    const tiles: Uint8Array[] = []
    for (let [level, hashes] = [0, size]; hashes > 0; level += 1) {
      const at = Math.floor(hashes / TILE)
      if (hashes % TILE > 0) tiles[level] = tile.get(id, level, at)!.hashes
      hashes = at
    }
    const edge = { id, size, tiles, kinds: JSON.parse(kinds) as number[] }
    if (size % TILE === 0) return { ...edge, facts: undefined }
    const at = Math.floor(size / TILE)
    const own = keys.get(id, at, 1)!
    return { ...edge, facts: { ...factsOf(leaves.get(id, at, 1)!), keys: numbersIn(own.keys) } }
  }

  function putFacts(tree: number, { at, salts, kinds, keys: own, ids }: Facts) {
    const packed = Bun.zstdCompressSync(Buffer.from(JSON.stringify(ids)), { level: 1 })
    putLeaves.run(tree, at, salts, bytesOf(kinds), packed)
    putKeys.run(tree, at, bytesOf(own))
  }

  const reading = <Answer>(work: () => Answer) => guarded('reading the trees', work)
  const writing = (work: () => void) => guarded('writing the trees', () => db.transaction(work)())
  return {
    newId: () => nextId++,
    tree: (tenantId: string, hour: string) => reading(() => byHour.get(tenantId, hour)),
    treesFrom: (tenantId: string, hour: string, until: string, limit: number) =>
      reading(() => from.all(tenantId, hour, until, limit)),
    treesBefore: (tenantId: string, hour: string, until: string, limit: number) =>
      reading(() => before.all(tenantId, hour, until, limit)),
    growing: (hour: string, limit: number) => reading(() => growing.all(hour, limit)),
    growingOf: (tenantId: string, through: string) =>
      reading(() => growingOf.all(tenantId, through)),
    newestClosed: (tenantId: string) => reading(() => closed.get(tenantId))?.hour ?? '',
    tile: (tree: number, level: number, at: number) =>
      reading(() => tile.get(tree, level, at))?.hashes,
    edge: (row: TreeRow) => reading(() => edgeOf(row)),
    facts: (tree: number, at: number, limit: number) =>
      reading(() => leaves.all(tree, at, limit).map(factsOf)),
    keys: (tree: number, at: number, limit: number) =>
      reading(() =>
        keys.all(tree, at, limit).map((row) => ({ at: row.at, keys: numbersIn(row.keys) })),
      ),
    latestBatch: () => reading(() => latest.get())?.batch,

    /** Writes what trees have grown by with a batch, all or nothing. */
    write(batch: string, grown: ReadonlyMap<Growing, { tenantId: string; hour: string }>) {
      writing(() => {
        for (const [tree, { tenantId, hour }] of grown) {
          const { tiles, facts } = tree.take()
          putTree.run(tree.id, tenantId, hour, tree.size, JSON.stringify([...tree.kinds]))
          for (const { level, at, hashes } of tiles) putTile.run(tree.id, level, at, hashes)
          for (const own of facts) putFacts(tree.id, own)
        }
        putLatest.run(batch)
      })
    },

    close: (tree: number, root: Uint8Array) => writing(() => setRoot.run(root, tree)),

    /** Forgets ids and salts of leaves, by their places in tiles. @param left kinds that are left, where some go */
    forget(tree: number, at: number, places: readonly number[]) {
      writing(() => {
        const own = keys.get(tree, at, 1)
        const row = leaves.get(tree, at, 1)
        if (own === null || row === null) return
        const facts = { ...factsOf(row), keys: numbersIn(own.keys) }
        const ids = [...facts.ids]
        const salts = facts.salts.slice()
        for (const place of places) {
          facts.keys[place] = 0
          ids[place] = null
          salts.fill(0, place * SALT_BYTES, (place + 1) * SALT_BYTES)
        }
        putFacts(tree, { ...facts, salts, ids })
      })
    },

    setKinds: (tree: number, kinds: readonly number[]) =>
      writing(() => setKinds.run(JSON.stringify(kinds), tree)),

    /** Drops all of a tree but its size and its root. */
    drop: (tree: number) =>
      writing(() => {
        for (const one of drops) one.run(tree)
        setKinds.run('[]', tree)
      }),
  }
}

export type TreeRows = ReturnType<typeof createTreeRows>

function numbersIn(bytes: Uint8Array): Uint32Array {
  const { buffer } = bytes.slice()
  return new Uint32Array(buffer)
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
