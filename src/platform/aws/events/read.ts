import { batchGet } from '../dynamo/batch-get'
import type { EventTable } from './write'
import type { Item } from './write-units'

/**
 * Reads items by their keys, as they are at this moment. One that is not held is not in the answer.
 * @param only these attributes; all by default
 * @throws {StorageError}
 */
export async function readItems(
  from: EventTable,
  keys: readonly string[],
  only?: readonly string[],
): Promise<Map<string, Item>> {
  const asked = keys.map((k) => ({ k: { S: k } }))
  const items = await batchGet('reading events', from, asked, only)
  return new Map(items.map((item) => [item.k!.S!, item]))
}
