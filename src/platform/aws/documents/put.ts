import { randomBytes } from 'node:crypto'
import {
  type AttributeValue,
  type ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import type { Clock } from '../../clock'
import { type DocumentStore, etagOf, type PutCondition } from '../../document-store'
import { checkContent } from '../../shared/document-content'
import { documentKey } from '../../shared/document-key'
import { type Attributes, text } from '../dynamo/attributes'
import { ATTEMPTS, waitAfter } from '../dynamo/transact'
import { guarded } from '../errors'
import type { Bodies } from './bodies'
import { isLive, itemKey, replacement } from './items'

// A token has 64 bits: no two writes draw the same.
const WRITE_BYTES = 8

interface Needs {
  client: DynamoDBClient
  table: string
  bodies: Bodies
  clock: Clock
}

/** Makes one conditional write a document; of a large one, after its bytes are among the blobs. */
export function putWith({ client, table, bodies, clock }: Needs): DocumentStore['put'] {
  return async function put(tenantId, key, content, condition) {
    const now = clock.now()
    checkContent(content, now)
    const Key = itemKey(tenantId, documentKey(key))
    const etag = etagOf(content.bytes)
    const write = randomBytes(WRITE_BYTES)
    const updatedAt = now.toISOString()
    const body = await bodies.write(tenantId, content)

    const item = replacement({ etag, content, updatedAt, body, write })
    const { expressions, values } = conditionsOf(condition, updatedAt)
    const input = {
      TableName: table,
      Key,
      ...item,
      ConditionExpression: [UNREPEATED, ...expressions].join(' AND '),
      ExpressionAttributeValues: { ...item.ExpressionAttributeValues, ...values },
      ReturnValues: 'ALL_OLD',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } as const

    // The item may name these bytes after any failure: they stay where they are.
    const { isDone, held } = await guarded('saving a document', () => update(client, input))
    if (isDone) {
      await bodies.discard(held?.place?.S)
      return { kind: 'stored', etag }
    }
    if (isSame(held?.write, write)) {
      await bodies.discard(held?.lastPlace?.S)
      return { kind: 'stored', etag }
    }
    // Another write has replaced it already, and discarded its bytes.
    if (isSame(held?.lastWrite, write)) return { kind: 'stored', etag }
    await bodies.discard(body.place?.S)
    return held !== undefined && isLive(held, updatedAt)
      ? { kind: 'mismatch', etag: held.etag!.S! }
      : { kind: 'mismatch' }
  }
}

/** Updates the item. @returns what was replaced, or what did not meet the condition */
async function update(client: DynamoDBClient, input: UpdateItemCommandInput) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { Attributes: held } = await client.send(new UpdateItemCommand(input))
      return { isDone: true, held }
    } catch (error) {
      const { name } = error as Error
      if (name === 'ConditionalCheckFailedException') {
        return { isDone: false, held: (error as ConditionalCheckFailedException).Item }
      }
      // Another call deletes the document at this moment.
      if (name !== 'TransactionConflictException' || attempt === ATTEMPTS) throw error
    }
    await waitAfter(attempt)
  }
}

// The SDK asks again when a reply is lost: what this write has done is not done to what came after.
const UNREPEATED = '(attribute_not_exists(pk) OR (#write <> :write AND lastWrite <> :write))'

const IS_LIVE = '(attribute_not_exists(#until) OR #until > :now)'

function conditionsOf(
  condition: PutCondition | undefined,
  now: string,
): { expressions: string[]; values: Attributes } {
  if (condition === undefined) return { expressions: [], values: {} }
  const values: Attributes = { ':now': text(now) }
  if ('ifNoneMatch' in condition) {
    return { expressions: ['(attribute_not_exists(pk) OR #until <= :now)'], values }
  }
  if (condition.ifMatch === '*') {
    return { expressions: ['attribute_exists(pk)', IS_LIVE], values }
  }
  return {
    expressions: ['#etag = :ifMatch', IS_LIVE],
    values: { ...values, ':ifMatch': text(condition.ifMatch) },
  }
}

function isSame(held: AttributeValue | undefined, write: Uint8Array): boolean {
  return held?.B !== undefined && Buffer.compare(held.B, write) === 0
}
