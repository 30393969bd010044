import { type DynamoDBClient, UpdateItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb'
import type { Finder } from '../../../event/statement'
import { type Attributes, primaryKey, text } from '../dynamo/attributes'
import { inParallel } from '../dynamo/in-parallel'
import { guarded } from '../errors'
import type { StatementTable } from './bases'
import { type Base, seconds } from './body'
import { hashOf, mainPartition, partitionsFor } from './keys'

/**
 * An entry says in a partition that a statement stands there, at its place in the order: `i` its id,
 * `f` hashes of all by which it is found, so that further conditions are examined where the entry
 * is, `x` when it expires. One in `all` with `d` says that a statement was added completely.
 */

// An entry with so many hashes is a write unit (1 KB): a hash takes 12 bytes, and one more in a set.
// Of a statement that is found by more, entries say `m`, and it is examined itself.
const MAX_HASHES = 50
const UPDATES_AT_A_TIME = 16

type Placed = Pick<Base, 'statementId' | 'order' | 'expiresAt'>

/** Makes the requests for a statement that refers to none: what it is found by never changes. */
export function putsOf(tenantId: string, base: Placed, finders: readonly Finder[]): WriteRequest[] {
  const partitions = partitionsFor(tenantId, base.statementId, finders)
  return partitions.map((pk) => ({ PutRequest: { Item: entryOf(pk, base, finders) } }))
}

/** Makes the last request for a statement; `isComplete` when nothing is left to be done for it. */
export function lastPutOf(
  tenantId: string,
  base: Placed,
  finders: readonly Finder[],
  isComplete: boolean,
): WriteRequest {
  const pk = mainPartition(tenantId, base.statementId)
  const done = isComplete ? { d: { BOOL: true } } : {}
  return { PutRequest: { Item: { ...entryOf(pk, base, finders), ...done } } }
}

function entryOf(pk: string, base: Placed, finders: readonly Finder[]): Attributes {
  return {
    ...primaryKey(pk, base.order),
    i: text(base.statementId),
    x: seconds(base.expiresAt),
    ...found(finders),
  }
}

function found(finders: readonly Finder[]): Attributes {
  if (finders.length > MAX_HASHES) return { m: { BOOL: true } }
  // DynamoDB has no empty sets.
  return finders.length === 0 ? {} : { f: { SS: [...new Set(finders.map(hashOf))] } }
}

/**
 * Lets statements be found by more: their entries only ever gain, so that of two who add to one at
 * a time neither takes anything away.
 * @param areComplete whether they were added completely with this
 */
export async function grow(
  to: StatementTable,
  tenantId: string,
  grown: readonly { base: Placed; finders: readonly Finder[] }[],
  { areComplete }: { areComplete: boolean },
): Promise<void> {
  const updates = grown.flatMap(({ base, finders }) =>
    partitionsFor(tenantId, base.statementId, finders).map((pk) => ({ pk, base, finders })),
  )
  await inParallel(updates, UPDATES_AT_A_TIME, (one) => update(to, one))
  // The last to be written are those that say that all are.
  await inParallel(grown, UPDATES_AT_A_TIME, ({ base, finders }) =>
    update(to, { pk: mainPartition(tenantId, base.statementId), base, finders, areComplete }),
  )
}

interface Update {
  pk: string
  base: Placed
  finders: readonly Finder[]
  areComplete?: boolean
}

async function update(
  { client, table }: { client: DynamoDBClient; table: string },
  { pk, base, finders, areComplete = false }: Update,
) {
  const { f, m } = found(finders)
  const set = ['i = :i', 'x = :x', ...(m ? ['m = :yes'] : []), ...(areComplete ? ['d = :yes'] : [])]
  const command = new UpdateItemCommand({
    TableName: table,
    Key: primaryKey(pk, base.order),
    UpdateExpression: `SET ${set.join(', ')}${f ? ' ADD f :f' : ''}`,
    ExpressionAttributeValues: {
      ':i': text(base.statementId),
      ':x': seconds(base.expiresAt),
      ...(f && { ':f': f }),
      ...((m || areComplete) && { ':yes': { BOOL: true } }),
    },
  })
  await guarded('adding statements', () => client.send(command))
}
