import { Database, SQLiteError } from 'bun:sqlite'
import { StorageError } from '../../error/storage-error'
import { makePrivateFile } from './private-files'

// These codes mend themselves, or a person can mend them while we run: a full disk, a directory
// made read-only, an I/O error, another process holding the lock, a file that cannot be opened.
const RETRIABLE = /^SQLITE_(FULL|READONLY|IOERR|BUSY|LOCKED|CANTOPEN|NOMEM|PERM)/

// These are the same for files: also a quota that is used up, and too many files that are open.
const MENDED = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO', 'EMFILE', 'ENFILE'])

// These codes say that a file does not hold what SQLite wrote (sqlite.org/rescode.html).
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/

/** Tells whether a file that SQLite was to read is damaged, so that no waiting helps. */
export function isDamage(error: unknown): boolean {
  if (error instanceof StorageError) return isDamage(error.cause)
  return error instanceof SQLiteError && DAMAGED.test(error.code ?? '')
}

// A CLI command holds the write lock for milliseconds; five seconds is far beyond that.
export const BUSY_MS = 5000

/** Runs `work` and translates what SQLite throws into the one error that crosses a port. */
export function guarded<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw translated(what, error)
  }
}

export function translated(what: string, error: unknown): unknown {
  if (error instanceof SQLiteError) {
    const code = error.code ?? `SQLITE_${error.errno}`
    return new StorageError(`${what}: ${error.message} (${code})`, {
      isRetriable: RETRIABLE.test(code),
      cause: error,
    })
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (code !== undefined && MENDED.has(code)) {
    return new StorageError(`${what}: ${code}`, { isRetriable: true, cause: error })
  }
  return error
}

/**
 * Opens a SQLite file for durable use: a commit returns after fsync (`synchronous=FULL` in WAL mode,
 * sqlite.org/pragma.html#pragma_synchronous), and other processes of the same user
 * (the CLI) may read and write.
 */
export function openDatabase(
  file: string,
  schema: string,
  // 4,096 bytes are SQLite's own default.
  { pageBytes = 4096 }: { pageBytes?: number } = {},
): Database {
  return guarded(`opening ${file}`, () => {
    if (file !== ':memory:') makePrivateFile(file)
    const db = new Database(file, { create: true, strict: true })
    db.run(`PRAGMA page_size = ${pageBytes}`)
    db.run('PRAGMA journal_mode = WAL')
    db.run('PRAGMA synchronous = FULL')
    // SQLite overwrites deleted data in the file (sqlite.org/pragma.html#pragma_secure_delete), so
    // that nothing of an erased person is left in pages that are free.
    db.run('PRAGMA secure_delete = ON')
    db.run(`PRAGMA busy_timeout = ${BUSY_MS}`)
    db.run('PRAGMA foreign_keys = ON')
    db.run(schema)
    return db
  })
}
