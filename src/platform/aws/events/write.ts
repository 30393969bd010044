import {
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  type BatchStatementResponse,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import { chunksOf, inParallel } from '../dynamo/in-parallel'
import { isThrottle, storageError } from '../errors'
import type { Item } from './write-units'

export interface EventTable {
  client: DynamoDBClient
  table: string
}

/**
 * `held` means that there is an item with this key, `busy` that it is not written, or that this is
 * not known; it may be tried again.
 */
export type Written = 'stored' | 'held' | 'busy'

// BatchExecuteStatement takes at most 25 statements (API reference).
const MAX_STATEMENTS = 25
// The calls write 200 items at a time: a request of 1,000 events takes five round trips, and no
// partition of its own.
const CALLS_AT_A_TIME = 8

// AWS says DuplicateItemException on a single statement and DuplicateItem inside a batch.
const DUPLICATE = new Set(['DuplicateItem', 'DuplicateItemException'])

// These codes pass, beside the throttles: the statement may be tried again as it is, and if it was
// done after all, it is found to be held.
const PASSING = new Set(['InternalServerError', 'TransactionConflict'])

/**
 * Writes each item unless its key is taken. No two may have the same key: DynamoDB would reject
 * their whole call.
 * @throws {StorageError} some may be written all the same
 */
export async function insertItems(to: EventTable, items: readonly Item[]): Promise<Written[]> {
  const calls = chunksOf(items, MAX_STATEMENTS)
  return (await inParallel(calls, CALLS_AT_A_TIME, (call) => insert(to, call))).flat()
}

async function insert({ client, table }: EventTable, items: Item[]): Promise<Written[]> {
  const Statements = items.map((item) => insertion(table, item))
  try {
    const { Responses = [] } = await client.send(new BatchExecuteStatementCommand({ Statements }))
    return items.map((_, at) => writtenBy(Responses[at]))
  } catch (thrown) {
    if (isThrottle((thrown as Error).name)) return items.map(() => 'busy')
    throw storageError('events cannot be written', thrown)
  }
}

/** Makes the statement that writes an item unless its key is taken. */
export function insertion(table: string, item: Item): BatchStatementRequest {
  const slots = Object.keys(item).map((name) => `'${name}':?`)
  return {
    Statement: `INSERT INTO "${table}" VALUE {${slots.join(',')}}`,
    Parameters: Object.values(item),
  }
}

/**
 * Reads the outcome of one statement.
 * @throws {StorageError} for what will not mend itself: access, the table, the statement
 */
function writtenBy(response: BatchStatementResponse | undefined): Written {
  if (response !== undefined && response.Error === undefined) return 'stored'
  const { Code, Message = '' } = response?.Error ?? {}
  if (Code !== undefined && DUPLICATE.has(Code)) return 'held'
  if (isThrottle(Code) || (Code !== undefined && PASSING.has(Code))) return 'busy'
  throw new StorageError(`an event cannot be written: ${Code}: ${Message}`, { isRetriable: false })
}
