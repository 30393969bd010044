import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../error/storage-error'
import type { BlobStore } from '../blob-store'
import type { Clock } from '../clock'
import type { DocumentStore } from '../document-store'
import { checkContent } from '../shared/document-content'
import { documentKey } from '../shared/document-key'
import type { TokenSigner } from '../shared/page-token'
import { type Bodies, createBodies } from './documents/bodies'
import { entryOf, isLive, itemKey } from './documents/items'
import { listWith } from './documents/list'
import { putWith } from './documents/put'
import { createRemovals } from './documents/remove'
import { inParallel } from './dynamo/in-parallel'
import { guarded } from './errors'

// A blob is gone when its document was replaced between two reads; that never happens so often in a
// row.
const MAX_TRIES = 10

// A write takes some milliseconds; the client opens fifty connections.
const WRITES_AT_A_TIME = 16

interface Needs {
  client: DynamoDBClient
  table: string
  /** Stores the bytes of larger documents. */
  blobs: BlobStore
  clock: Clock
  /** Signs the cursors of `list`. */
  tokens: () => Promise<TokenSigner>
}

/**
 * Stores each document as an item, all of a tenant in one collection (`documents/items.ts` has its
 * shape).
 */
export function createDocumentStore({ blobs, ...needs }: Needs): DocumentStore {
  const bodies = createBodies(blobs)
  const put = putWith({ ...needs, bodies })
  return {
    get: getWith({ ...needs, bodies }),
    put,
    async putAll(tenantId, puts) {
      // One that no store takes is refused before any is written.
      for (const { key, content } of puts) {
        documentKey(key)
        checkContent(content, needs.clock.now())
      }
      return inParallel(puts, WRITES_AT_A_TIME, ({ key, content, condition }) =>
        put(tenantId, key, content, condition),
      )
    },
    list: listWith(needs),
    ...createRemovals({ ...needs, bodies }),
  }
}

function getWith({
  client,
  table,
  bodies,
  clock,
}: Pick<Needs, 'client' | 'table' | 'clock'> & { bodies: Bodies }): DocumentStore['get'] {
  return async function get(tenantId, key) {
    const Key = itemKey(tenantId, documentKey(key))
    const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true })
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const { Item } = await guarded('reading a document', () => client.send(command))
      if (Item === undefined || !isLive(Item, clock.now().toISOString())) return undefined
      const bytes = await bodies.read(Item)
      if (bytes !== undefined) return { ...entryOf(Item), bytes }
    }
    throw new StorageError('reading a document: its bytes are not where its item says', {
      isRetriable: false,
    })
  }
}
