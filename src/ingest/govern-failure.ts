import { StorageError } from '../error/storage-error'

/**
 * Fails for a request that could not be governed. Nobody knows what of it may be kept, so it waits
 * nowhere: its sender sends it again.
 * @throws {StorageError} retriable
 * @throws {unknown} everything that no store said
 */
export function ungoverned(thrown: unknown): never {
  if (!(thrown instanceof StorageError)) throw thrown
  const message = `What the policy of its tenant says cannot be read: ${thrown.message}`
  throw new StorageError(message, { isRetriable: true, cause: thrown })
}
