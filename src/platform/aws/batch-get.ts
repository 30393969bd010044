import { setTimeout as sleep } from 'node:timers/promises'
import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../error/storage-error'
import type { Attributes } from './attributes'

// BatchGetItem takes so many (API reference).
const MAX_KEYS = 100

// What it leaves out is throttled, or beyond 16 MB: five more tries wait a second and a half at most.
const ATTEMPTS = 6
const FIRST_WAIT_MS = 50

/**
 * The items that are there, in no order. Keys must differ.
 * @param attributes which of them; all by default
 */
export async function batchGet(
  client: DynamoDBClient,
  table: string,
  keys: readonly Attributes[],
  attributes?: string,
): Promise<Attributes[]> {
  const found: Attributes[] = []
  for (let at = 0; at < keys.length; at += MAX_KEYS) {
    let Keys = keys.slice(at, at + MAX_KEYS)
    for (let attempt = 1; Keys.length > 0; attempt += 1) {
      if (attempt > ATTEMPTS) {
        throw new StorageError('reading items: too much is asked', { isRetriable: true })
      }
      if (attempt > 1) await sleep(Math.random() * FIRST_WAIT_MS * 2 ** (attempt - 2))
      const asked = { Keys, ConsistentRead: true, ProjectionExpression: attributes }
      const command = new BatchGetItemCommand({ RequestItems: { [table]: asked } })
      const { Responses, UnprocessedKeys } = await client.send(command)
      found.push(...(Responses?.[table] ?? []))
      Keys = UnprocessedKeys?.[table]?.Keys ?? []
    }
  }
  return found
}
