import { setTimeout as wait } from 'node:timers/promises'
import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import { guarded } from '../errors'
import type { Attributes } from './attributes'
import { chunksOf, inParallel } from './in-parallel'

// BatchGetItem takes at most 100 keys (API reference).
const MAX_KEYS = 100
const CALLS_AT_A_TIME = 4
// The keys that a call leaves out (16 MB are read, or a partition is busy) are asked for again:
// with five pauses of at most 25 to 400 ms, less than a second.
const MAX_TRIES = 6
const FIRST_PAUSE_MS = 25

interface Asked {
  client: DynamoDBClient
  table: string
}

/**
 * Reads the items that are there, as they are at this moment, in no order. Keys must differ.
 * @param what is being done
 * @param only these attributes; all by default
 * @throws {StorageError} retriable when some are left out at every try
 */
export async function batchGet(
  what: string,
  from: Asked,
  keys: readonly Attributes[],
  only?: readonly string[],
): Promise<Attributes[]> {
  const calls = chunksOf(keys, MAX_KEYS)
  const read = (call: Attributes[]) => guarded(what, () => readCall(what, from, call, only))
  return (await inParallel(calls, CALLS_AT_A_TIME, read)).flat()
}

async function readCall(
  what: string,
  { client, table }: Asked,
  keys: Attributes[],
  only: readonly string[] | undefined,
): Promise<Attributes[]> {
  const found: Attributes[] = []
  const how = { ConsistentRead: true, ProjectionExpression: only?.join(',') }
  let Keys = keys
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (tries > 0) await wait(Math.random() * FIRST_PAUSE_MS * 2 ** (tries - 1))
    const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ...how } } })
    const { Responses, UnprocessedKeys } = await client.send(command)
    found.push(...(Responses?.[table] ?? []))
    Keys = UnprocessedKeys?.[table]?.Keys ?? []
    if (Keys.length === 0) return found
  }
  const message = `${what}: ${Keys.length} keys were left unread ${MAX_TRIES} times in a row`
  throw new StorageError(message, { isRetriable: true })
}
