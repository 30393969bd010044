import type { Database } from 'bun:sqlite'
import { SALT_BYTES } from '../../../merkle/hashes'
import { TILE } from '../../../merkle/tree'
import { guarded } from '../database'
import type { Durably } from '../durably'
import { bytesOf, createEdges, numbersIn } from './edges'
import type { Edge, EdgePart, Facts, Growing } from './growing'

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

// A tree has so many leaves in tiles, and some in its edge.
const TREE = `SELECT id, tenantId, hour, root, kinds,
  size + coalesce((SELECT sum(count) FROM edges WHERE tree = trees.id), 0) AS size FROM trees`

/** Runs the statements of `trees.db`; each throws a `StorageError` in place of what SQLite throws. */
export function createTreeRows(db: Database, durably: Pick<Durably, 'synced'>) {
  const edges = createEdges(db)
  const byHour = db.query<TreeRow, [string, string]>(`${TREE} WHERE tenantId = ? AND hour = ?`)
  const from = db.query<TreeRow, [string, string, string, number]>(
    `${TREE} WHERE tenantId = ? AND hour >= ? AND hour < ? ORDER BY hour LIMIT ?`,
  )
  const before = db.query<TreeRow, [string, string, string, number]>(
    `${TREE} WHERE tenantId = ? AND hour >= ? AND hour < ? ORDER BY hour DESC LIMIT ?`,
  )
  const growing = db.query<Pick<TreeRow, 'tenantId' | 'hour'>, [string, number]>(
    'SELECT tenantId, hour FROM trees WHERE root IS NULL AND hour < ? ORDER BY hour LIMIT ?',
  )
  const growingOf = db.query<TreeRow, [string, string]>(
    `${TREE} WHERE tenantId = ? AND root IS NULL AND hour <= ? ORDER BY hour`,
  )
  const closed = db.query<{ hour: string }, [string]>(
    'SELECT hour FROM trees WHERE tenantId = ? AND root IS NOT NULL ORDER BY hour DESC LIMIT 1',
  )
  const lastId = db.query<{ id: number | null }, []>('SELECT max(id) AS id FROM trees')
  const putTree = db.query(
    `INSERT INTO trees (id, tenantId, hour, size, kinds) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (tenantId, hour) DO UPDATE SET size = excluded.size, kinds = excluded.kinds`,
  )
  const setRoot = db.query('UPDATE trees SET root = ?, size = ? WHERE id = ?')
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
    const tiles: (Uint8Array | undefined)[] = []
    for (let [level, count] = [1, Math.floor(size / TILE)]; count > 0; level += 1) {
      const at = Math.floor(count / TILE)
      if (count % TILE > 0) tiles[level] = tile.get(id, level, at)!.hashes
      count = at
    }
    const open = size % TILE === 0 ? undefined : edges.read(id, Math.floor(size / TILE))
    return { id, size, tiles, leaves: open, kinds: JSON.parse(kinds) as number[] }
  }

  function putFacts(tree: number, { at, salts, kinds, keys: own, ids }: Facts) {
    const packed = Bun.zstdCompressSync(Buffer.from(JSON.stringify(ids)), { level: 1 })
    putLeaves.run(tree, at, salts, bytesOf(kinds), packed)
    putKeys.run(tree, at, bytesOf(own))
  }

  /** Lists rows of tiles, and after them the tile that is not full, where it is asked for. */
  function withEdge<Row>(
    tree: number,
    at: number,
    limit: number,
    rows: Row[],
    read: (part: EdgePart) => Row,
  ) {
    const open = rows.length < limit ? edges.read(tree, at) : undefined
    return open === undefined ? rows : [...rows, read(open)]
  }

  function forget(tree: number, at: number, places: readonly number[]) {
    const [row, own] = [leaves.get(tree, at, 1), keys.get(tree, at, 1)]
    const isFull = row?.at === at && own?.at === at
    const open = isFull ? undefined : edges.read(tree, at)
    const facts = isFull ? { ...factsOf(row), keys: numbersIn(own.keys) } : open
    if (facts?.at !== at) return
    const [ids, salts] = [[...facts.ids], Uint8Array.from(facts.salts)]
    for (const place of places) {
      facts.keys[place] = 0
      ids[place] = null
      salts.fill(0, place * SALT_BYTES, (place + 1) * SALT_BYTES)
    }
    if (open === undefined) return putFacts(tree, { ...facts, salts, ids })
    edges.drop(tree, at)
    edges.put(tree, { ...open, salts, ids })
  }

  /** Closes a tree: what was in its edge stands in tiles from then on. */
  function close({ id, size }: TreeRow, root: Uint8Array) {
    const open = edges.read(id, 0)
    if (open !== undefined) {
      putTile.run(id, 0, open.at, open.hashes)
      putFacts(id, open)
      edges.dropAll(id)
    }
    setRoot.run(root, size, id)
  }

  const reading = <Answer>(work: () => Answer) => guarded('reading the trees', work)
  let [written, synced] = [0, 0]

  function writing(work: () => void) {
    guarded('writing the trees', () => db.transaction(work)())
    written += 1
  }

  /** Resolves once all that was written is on the disk: nobody is told of what may not be there tomorrow. */
  async function onDisk() {
    const all = written
    if (synced >= all) return
    await durably.synced()
    synced = Math.max(synced, all)
  }

  return {
    onDisk,
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
    edge: (row: TreeRow) => reading(() => edgeOf(row)),
    latestBatch: () => reading(() => latest.get())?.batch,

    tile(tree: number, level: number, at: number): Uint8Array | undefined {
      return reading(() => {
        const found = tile.get(tree, level, at)?.hashes
        if (found !== undefined || level > 0) return found
        const open = edges.read(tree, at)
        return open?.at === at ? open.hashes : undefined
      })
    },

    facts: (tree: number, at: number, limit: number) =>
      reading(() => {
        const rows = leaves.all(tree, at, limit).map(factsOf)
        return withEdge<Omit<Facts, 'keys'>>(tree, at, limit, rows, (part) => part)
      }),

    keys: (tree: number, at: number, limit: number) =>
      reading(() => {
        const rows = keys.all(tree, at, limit)
        const read = rows.map((row) => ({ at: row.at, keys: numbersIn(row.keys) }))
        return withEdge<Pick<Facts, 'at' | 'keys'>>(tree, at, limit, read, (part) => part)
      }),

    /** Writes what trees have grown by with a batch, all or nothing. */
    write(batch: string, grown: ReadonlyMap<Growing, { tenantId: string; hour: string }>) {
      writing(() => {
        for (const [tree, { tenantId, hour }] of grown) {
          const { tiles, facts, part, isMarked } = tree.take()
          const full = tree.size - (tree.size % TILE)
          const kinds = isMarked ? JSON.stringify([...tree.kinds]) : ''
          if (isMarked) putTree.run(tree.id, tenantId, hour, full, kinds)
          for (const { level, at, hashes } of tiles) putTile.run(tree.id, level, at, hashes)
          for (const own of facts) putFacts(tree.id, own)
          // All of an edge from before is in the first tile that is full now.
          if (facts.length > 0) edges.drop(tree.id, facts[0]!.at)
          if (part !== undefined) edges.put(tree.id, part)
        }
        putLatest.run(batch)
      })
    },

    close: (row: TreeRow, root: Uint8Array) => writing(() => close(row, root)),

    /** Forgets ids and salts of leaves, by their places in a tile. */
    forget: (tree: number, at: number, places: readonly number[]) =>
      writing(() => forget(tree, at, places)),

    setKinds: (tree: number, kinds: readonly number[]) =>
      writing(() => setKinds.run(JSON.stringify(kinds), tree)),

    /** Drops all of a tree but its size and its root. */
    drop: (tree: number) =>
      writing(() => {
        for (const one of drops) one.run(tree)
        edges.dropAll(tree)
        setKinds.run('[]', tree)
      }),
  }
}

export type TreeRows = ReturnType<typeof createTreeRows>
