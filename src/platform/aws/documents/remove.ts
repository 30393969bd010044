import { type DynamoDBClient, GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import type { Clock } from '../../clock'
import type { DocumentStore } from '../../document-store'
import { documentKey, prefixKey } from '../../shared/document-key'
import type { Attributes } from '../dynamo/attributes'
import { inParallel } from '../dynamo/in-parallel'
import { transact } from '../dynamo/transact'
import { guarded } from '../errors'
import type { Bodies } from './bodies'
import { isLive, itemKey } from './items'
import { under } from './list'

// A removal that loses has read in vain; others write one document a few times a second at most.
const MAX_TRIES = 10
// A partition takes a thousand write units a second; a removal is two, and some more of a large item.
const REMOVED_AT_A_TIME = 16

interface Needs {
  client: DynamoDBClient
  table: string
  bodies: Bodies
  clock: Clock
}

/** The head tells a version, and where its bytes are. */
const HEAD = {
  ProjectionExpression: 'pk, sk, etag, #until, #write, place',
  ExpressionAttributeNames: { '#until': 'until', '#write': 'write' },
}

export function createRemovals({
  client,
  table,
  bodies,
  clock,
}: Needs): Pick<DocumentStore, 'delete' | 'deletePrefix'> {
  /**
   * Removes one version and its bytes, in a transaction: the SDK's repeat after a lost reply is known
   * again, and finds no document missing that it has removed itself.
   * @returns false when it is there no more
   */
  async function remove({ pk, sk, write, place }: Attributes): Promise<boolean> {
    const Delete = {
      TableName: table,
      Key: { pk: pk!, sk: sk! },
      ConditionExpression: '#write = :write',
      ExpressionAttributeNames: { '#write': 'write' },
      ExpressionAttributeValues: { ':write': write! },
    }
    const failed = await guarded('deleting a document', () => transact(client, [{ Delete }]))
    if (failed !== undefined) return false
    await bodies.discard(place?.S)
    return true
  }

  async function headOf(Key: Attributes): Promise<Attributes | undefined> {
    const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true, ...HEAD })
    return (await guarded('deleting a document', () => client.send(command))).Item
  }

  /** Removes whichever version is there. */
  async function removeAny(head: Attributes): Promise<boolean> {
    let found: Attributes | undefined = head
    for (let tries = 0; found !== undefined; tries += 1) {
      if (tries === MAX_TRIES) throw contended()
      if (await remove(found)) return true
      found = await headOf({ pk: head.pk!, sk: head.sk! })
    }
    return false
  }

  return {
    async delete(tenantId, key, condition) {
      const Key = itemKey(tenantId, documentKey(key))
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const head = await headOf(Key)
        if (head === undefined || !isLive(head, clock.now().toISOString())) {
          return { kind: 'missing' }
        }
        const etag = head.etag!.S!
        if (condition !== undefined && condition.ifMatch !== etag) return { kind: 'mismatch', etag }
        if (await remove(head)) return { kind: 'deleted' }
      }
      throw contended()
    },

    async deletePrefix(tenantId, prefix) {
      const input = { TableName: table, ...under(tenantId, prefixKey(prefix), HEAD) }
      return guarded('deleting documents', async () => {
        let removed = 0
        for await (const { Items = [] } of paginateQuery({ client }, input)) {
          const outcomes = await inParallel(Items, REMOVED_AT_A_TIME, removeAny)
          removed += outcomes.filter(Boolean).length
        }
        return { removed }
      })
    },
  }
}

function contended(): StorageError {
  const message = `deleting a document: it was replaced ${MAX_TRIES} times in a row meanwhile`
  return new StorageError(message, { isRetriable: true })
}
