import type { Database } from 'bun:sqlite'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isDamage, openDatabase } from '../database'
import type { Notices } from '../notices'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '../private-files'
import { WAL_BYTES } from './commits'
import { statementsSchema } from './schema'

const ENDINGS = ['', '-wal', '-shm']

// So many pages of 4 KB are in memory: the upper levels of all trees, and what is popular.
const CACHE_KB = 64 * 1024

/**
 * Opens `statements.db`. One that is damaged is put aside, into `damaged/`, and begun anew: all that
 * is in it can be made from the log again.
 */
export function openStatementsFile(file: string, notices: Notices): Database {
  if (existsSync(markOf(file))) putAside(file, notices, 'it was found to be damaged')
  try {
    return open(file)
  } catch (error) {
    if (!isDamage(error)) throw error
    putAside(file, notices, (error as Error).message)
    return open(file)
  }
}

/** Remembers that the file is damaged, so that the next start begins it anew. */
export function markDamaged(file: string, notices: Notices): void {
  const what = 'the index of statements is damaged; the next start makes it anew from the log'
  notices.add(what, { file })
  try {
    writeFileSync(markOf(file), '', { mode: PRIVATE_FILE })
  } catch {
    // The notice has told a person.
  }
}

function open(file: string): Database {
  const db = openDatabase(file, statementsSchema)
  try {
    // The log is what is durable: here, a commit that is lost with the machine is made again.
    db.run('PRAGMA synchronous = NORMAL')
    // A thread of its own moves the WAL into the file (`Checkpointer`).
    db.run('PRAGMA wal_autocheckpoint = 0')
    db.run(`PRAGMA journal_size_limit = ${WAL_BYTES / 2}`)
    db.run(`PRAGMA cache_size = -${CACHE_KB}`)
    // A file that cannot be read at its ends is begun anew before anything relies on it.
    for (const table of [
      'tenants',
      'statements',
      'finders',
      'filed',
      'spreads',
      'fragments',
      'settled',
    ]) {
      db.query(`SELECT * FROM ${table} LIMIT 1`).get()
    }
    db.query('SELECT max(seq) FROM statements').get()
    // A start reads these (`finders.ts`).
    db.query(
      `SELECT sum(length(own) + length(inherited)) FROM statements
       WHERE seq > coalesce((SELECT seq FROM filed), 0)`,
    ).get()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

const markOf = (file: string) => `${file}-damaged`

function putAside(file: string, notices: Notices, reason: string) {
  const folder = join(dirname(file), 'damaged')
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  for (const ending of ENDINGS) {
    if (!existsSync(file + ending)) continue
    renameSync(file + ending, join(folder, basename(file) + ending))
  }
  rmSync(markOf(file), { force: true })
  notices.add('the index of statements was damaged and is made anew from the log', {
    to: folder,
    reason,
  })
}
