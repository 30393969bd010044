import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { StorageError } from '../../error/storage-error'
import { derivedKey, ROOT_BYTES } from '../shared/derived-key'
import { translated } from './database'
import { PRIVATE_FILE } from './private-files'

export interface Secrets {
  /** A key of its own for every use (HKDF, RFC 5869), the same at every start. */
  derive(use: string, bytes: number): Uint8Array
}

/** Reads the root secret of a data directory, drawing it on first use; only the owner may read it. */
export function openSecrets(dataDir: string): Secrets {
  const root = readRoot(join(dataDir, 'secret.key'))
  return { derive: (use, bytes) => derivedKey(root, use, bytes) }
}

function readRoot(file: string): Uint8Array {
  try {
    return checked(file, readFileSync(file))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
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
