import type { Database } from 'bun:sqlite'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isDamage, openDatabase } from '../database'
import type { Notices } from '../notices'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '../private-files'

/**
 * A tree of a tenant's hour has tiles of hashes, and beside each tile of leaves the facts of these, 256 at
 * most: salts (16 bytes each), kinds (4 bytes: the class, whether the leaf is of the kept text, and days
 * that a sender asked for), and ids as JSON in zstd. `keys` finds ids: four bytes each, 0 where one was
 * forgotten. The tile of leaves that is not full is in `edges`, in the parts that batches added, so that a batch
 * of few events writes few bytes: hashes, salts, kinds, keys and ids one after the other. `size` counts the
 * leaves of tiles alone. `latestLeaves` names the last batch, so that it adds nothing when it comes again.
 */
const schema = `
CREATE TABLE IF NOT EXISTS trees (
  id INTEGER PRIMARY KEY,
  tenantId TEXT NOT NULL,
  hour TEXT NOT NULL,
  size INTEGER NOT NULL,
  root BLOB,
  kinds TEXT NOT NULL,
  UNIQUE (tenantId, hour)
) STRICT;
CREATE INDEX IF NOT EXISTS growingTrees ON trees (hour) WHERE root IS NULL;
CREATE TABLE IF NOT EXISTS tiles (
  tree INTEGER NOT NULL,
  level INTEGER NOT NULL,
  at INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  UNIQUE (tree, level, at)
) STRICT;
CREATE TABLE IF NOT EXISTS leaves (
  tree INTEGER NOT NULL,
  at INTEGER NOT NULL,
  salts BLOB NOT NULL,
  kinds BLOB NOT NULL,
  ids BLOB NOT NULL,
  UNIQUE (tree, at)
) STRICT;
CREATE TABLE IF NOT EXISTS leafKeys (
  tree INTEGER NOT NULL,
  at INTEGER NOT NULL,
  keys BLOB NOT NULL,
  UNIQUE (tree, at)
) STRICT;
CREATE TABLE IF NOT EXISTS edges (
  tree INTEGER NOT NULL,
  at INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (tree, at, first)
) STRICT;
CREATE TABLE IF NOT EXISTS latestLeaves (one INTEGER PRIMARY KEY CHECK (one = 1), batch TEXT NOT NULL) STRICT`

// Leaves that a batch adds to a tree of few events fit into such a page, and a commit of little writes little.
const PAGE_BYTES = 8192

const ENDINGS = ['', '-wal', '-shm']

/** Opens `trees.db`. A file that is damaged is put aside, into `damaged/`: what it proved, it proves no more. */
export function openTreesFile(file: string, notices: Pick<Notices, 'add'>): Database {
  if (existsSync(markOf(file))) putAside(file, notices, 'it was found to be damaged')
  try {
    return open(file)
  } catch (error) {
    if (!isDamage(error)) throw error
    putAside(file, notices, (error as Error).message)
    return open(file)
  }
}

const markOf = (file: string) => `${file}-damaged`

/** Remembers that the file is damaged, so that the next start begins it anew. */
export function markDamaged(file: string, notices: Pick<Notices, 'add'>): void {
  const what =
    'the trees that prove events are damaged; the next start begins them anew from the log'
  notices.add(what, { file })
  try {
    writeFileSync(markOf(file), '', { mode: PRIVATE_FILE })
  } catch {
    // The notice has told a person.
  }
}

function open(file: string): Database {
  const db = openDatabase(file, schema, { pageBytes: PAGE_BYTES })
  try {
    // Whoever adds waits for the disk beside all other work (`durably.ts`).
    db.run('PRAGMA synchronous = NORMAL')
    // A thread of its own moves the WAL into the file long before.
    db.run(`PRAGMA wal_autocheckpoint = ${(64 * 1024 * 1024) / PAGE_BYTES}`)
    // A file that cannot be read at its ends is put aside before anything relies on it.
    for (const table of ['trees', 'tiles', 'leaves', 'leafKeys', 'edges', 'latestLeaves']) {
      db.query(`SELECT * FROM ${table} ORDER BY rowid DESC LIMIT 1`).get()
    }
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function putAside(file: string, notices: Pick<Notices, 'add'>, reason: string) {
  const folder = join(dirname(file), 'damaged')
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  for (const ending of ENDINGS) {
    const to = join(folder, basename(file) + ending)
    rmSync(to, { force: true })
    if (existsSync(file + ending)) renameSync(file + ending, to)
  }
  rmSync(markOf(file), { force: true })
  const what = 'the trees that prove events are damaged, were put aside, and begin anew'
  notices.add(what, { file, reason })
}
