import { StorageError } from '../../../error/storage-error'
import type { Attributes } from '../dynamo/attributes'
import { ATTEMPTS, waitAfter } from '../dynamo/transact'
import { insertItems } from '../events/write'
import type { StatementTable } from './bases'

/**
 * Writes each item unless its key is taken. No two may have the same key.
 * @returns the items whose keys were taken: by another, or by a call of ours that got no reply
 * @throws {StorageError} retriable when the table stays busy; some may be written all the same
 */
export async function insertAll(
  what: string,
  to: StatementTable,
  items: readonly Attributes[],
): Promise<Attributes[]> {
  const taken: Attributes[] = []
  let left = items
  for (let attempt = 1; left.length > 0; attempt += 1) {
    const written = await insertItems(to, left)
    taken.push(...left.filter((_, at) => written[at] === 'held'))
    left = left.filter((_, at) => written[at] === 'busy')
    if (left.length === 0) break
    if (attempt === ATTEMPTS) {
      const message = `${what} cannot be written: the table stays busy`
      throw new StorageError(message, { isRetriable: true })
    }
    await waitAfter(attempt)
  }
  return taken
}
