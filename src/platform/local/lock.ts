import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { StorageError } from '../../error/storage-error'
import { makePrivateFile } from './private-files'

/**
 * Locks a data directory against a second server. The lock is SQLite's own on an empty file: the
 * system drops it when the process dies, however it dies.
 */
export function lockFolder(dataDir: string): Disposable {
  const file = join(dataDir, 'lock.db')
  makePrivateFile(file)
  const db = new Database(file, { create: true })
  try {
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
