import { Database } from 'bun:sqlite'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { StorageError } from '../../error/storage-error'
import { makePrivateFile } from './private-files'

// A command that looks for a server holds the file for some microseconds.
const PATIENCE_MS = 500

/**
 * Locks a data directory against a second server. The lock is SQLite's own on an empty file: the
 * system drops it when the process dies, however it dies.
 */
export function lockFolder(dataDir: string): Disposable {
  const file = join(dataDir, 'lock.db')
  makePrivateFile(file)
  const db = new Database(file, { create: true })
  try {
    db.run(`PRAGMA busy_timeout = ${PATIENCE_MS}`)
    db.run('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    throw new StorageError(`${dataDir} is in use by another Nonius server`, {
      isRetriable: false,
      cause: error,
    })
  }
  return { [Symbol.dispose]: () => db.close() }
}

/**
 * Tells whether a process has locked the data directory. It leaves the lock as it is.
 * @throws {StorageError} when another user's lock cannot be read
 */
export function isLocked(dataDir: string): boolean {
  const file = join(dataDir, 'lock.db')
  if (!existsSync(file)) return false
  let db: Database
  try {
    db = new Database(file, { readonly: true })
  } catch (error) {
    throw new StorageError(
      `${file} cannot be opened: only the user that the server runs as may read it`,
      { isRetriable: false, cause: error },
    )
  }
  try {
    // Reading takes a shared lock, which an exclusive one does not let in.
    db.query('SELECT count(*) FROM sqlite_master').get()
    return false
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return true
    throw error
  } finally {
    db.close()
  }
}
