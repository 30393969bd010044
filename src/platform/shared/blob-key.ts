import { StorageError } from '../../error/storage-error'
import { MAX_BLOB_KEY_BYTES } from '../blob-store'

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are looked for
const CONTROL = /[\0-\x1f\x7f]/
const DOTS = /(^|\/)\.{1,2}(\/|$)/

/** Checks a key. @throws {StorageError} when it cannot be that of a blob; waiting does not help */
export function checkBlobKey(key: string): void {
  const bytes = Buffer.byteLength(key)
  const isKey =
    bytes > 0 &&
    bytes <= MAX_BLOB_KEY_BYTES &&
    key.isWellFormed() &&
    !CONTROL.test(key) &&
    !DOTS.test(key)
  if (isKey) return
  const shown = JSON.stringify(key.slice(0, 100))
  throw new StorageError(`${shown} cannot be the key of a blob`, { isRetriable: false })
}
