import { setTimeout as wait } from 'node:timers/promises'
import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type KeysAndAttributes,
} from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import { guarded } from '../errors'
import { chunksOf, inParallel } from '../in-parallel'
import type { EventTable } from './write'
import type { Item } from './write-units'

// BatchGetItem takes at most 100 keys (API reference).
const MAX_KEYS = 100
const CALLS_AT_A_TIME = 4
// What a call leaves out (16 MB are read, or a partition is busy) is asked for again: with five
// pauses of at most 25 to 400 ms, less than a second.
const MAX_TRIES = 6
const FIRST_PAUSE_MS = 25

/**
 * Items by their keys, as they are at this moment. One that is not held is not in the answer.
 * @param only these attributes; all by default
 * @throws {StorageError}
 */
export async function readItems(
  from: EventTable,
  keys: readonly string[],
  only?: readonly string[],
): Promise<Map<string, Item>> {
  const calls = chunksOf(keys, MAX_KEYS)
  const items = await inParallel(calls, CALLS_AT_A_TIME, (call) => readCall(from, call, only))
  return new Map(items.flat().map((item) => [item.k!.S!, item]))
}

async function readCall(
  { client, table }: EventTable,
  keys: string[],
  only: readonly string[] | undefined,
): Promise<Item[]> {
  const items: Item[] = []
  let asked: KeysAndAttributes | undefined = {
    Keys: keys.map((k) => ({ k: { S: k } })),
    ConsistentRead: true,
    ...(only && { ProjectionExpression: only.join(',') }),
  }
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (tries > 0) await wait(Math.random() * FIRST_PAUSE_MS * 2 ** (tries - 1))
    const command = new BatchGetItemCommand({ RequestItems: { [table]: asked } })
    const answer: BatchGetItemCommandOutput = await guarded('events cannot be read', () =>
      client.send(command),
    )
    items.push(...(answer.Responses?.[table] ?? []))
    asked = answer.UnprocessedKeys?.[table]
    if (asked === undefined || asked.Keys?.length === 0) return items
  }
  throw new StorageError(`The events table left keys unread ${MAX_TRIES} times in a row`, {
    isRetriable: true,
  })
}
