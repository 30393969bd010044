import type { Database } from 'bun:sqlite'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { StorageError } from '../../error/storage-error'
import { derivedKey, ROOT_BYTES } from '../shared/derived-key'
import { guarded, translated } from './database'
import { PRIVATE_FILE } from './private-files'

export interface Secrets {
  /** Derives a key of its own for every use (HKDF, RFC 5869), the same at every start. */
  derive(use: string, bytes: number): Uint8Array
}

/**
 * Reads the root secret of a data directory, drawing it on first use; only the owner may read it.
 * @throws {StorageError} when it is gone though there are data: with another, nothing that is held
 * would be recognised when it is sent again, and no webhook could be signed
 */
export function openSecrets(dataDir: string): Secrets {
  // We look before the secret is read: another process that starts now draws it before it makes the
  // file.
  const hasData = existsSync(join(dataDir, 'nonius.db'))
  const root = readRoot(join(dataDir, 'secret.key'), hasData)
  return { derive: (use, bytes) => derivedKey(root, use, bytes) }
}

export const secretsSchema = 'CREATE TABLE IF NOT EXISTS secret (print TEXT NOT NULL) STRICT'

/**
 * Compares the secret with the one that the data were made with.
 * @param db opened with `secretsSchema`
 * @throws {StorageError} when it is another
 */
export function checkSecrets(db: Database, secrets: Secrets, dataDir: string) {
  const print = Buffer.from(secrets.derive('print of the secret', 16)).toString('hex')
  const held = db.query<{ print: string }, []>('SELECT print FROM secret').get()
  if (held === null)
    guarded('noting the secret', () => db.run('INSERT INTO secret VALUES (?)', [print]))
  if (held === null || held.print === print) return
  const file = join(dataDir, 'secret.key')
  throw new StorageError(`${file} is not the one that nonius.db was made with`, {
    isRetriable: false,
  })
}

function readRoot(file: string, hasData: boolean): Uint8Array {
  try {
    return checked(file, readFileSync(file))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  if (hasData) {
    throw new StorageError(`${file} is missing; restore the one that nonius.db was made with`, {
      isRetriable: false,
    })
  }
  const temporary = `${file}.${process.pid}`
  try {
    const fd = openSync(temporary, 'wx', PRIVATE_FILE)
    writeSync(fd, randomBytes(ROOT_BYTES))
    fsyncSync(fd)
    closeSync(fd)
    // A link fails when the name is taken, so two first starts at once agree on one secret.
    linkSync(temporary, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw translated('creating secret.key', error)
    }
  } finally {
    rmSync(temporary, { force: true })
  }
  return checked(file, readFileSync(file))
}

function checked(file: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length === ROOT_BYTES) return bytes
  throw new StorageError(`${file} holds ${bytes.length} bytes where ${ROOT_BYTES} belong`, {
    isRetriable: false,
  })
}
