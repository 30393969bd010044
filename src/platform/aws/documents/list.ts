import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb'
import type { Clock } from '../../clock'
import type { DocumentEntry, DocumentStore } from '../../document-store'
import { entryBytes } from '../../shared/document-content'
import { prefixKey } from '../../shared/document-key'
import { roomOf } from '../../shared/page-bytes'
import type { TokenSigner } from '../../shared/page-token'
import { text } from '../dynamo/attributes'
import { guarded } from '../errors'
import { ENTRY_ATTRIBUTES, entryOf, isLive, itemKey, partitionOf } from './items'

// A query reads a megabyte at most ("Query", limits). After so many queries a page is given as it
// is, with a cursor: thousands of documents, half a second.
const MAX_QUERIES = 20
const MOST_AT_ONCE = 1000

interface Needs {
  client: DynamoDBClient
  table: string
  clock: Clock
  /** Signs cursors. */
  tokens: () => Promise<TokenSigner>
}

/** Makes the reader of pages of entries, by number and bytes. */
export function listWith({ client, table, clock, tokens }: Needs): DocumentStore['list'] {
  return async function list(tenantId, prefix, page) {
    const { limit, cursor, since = '' } = page
    const start = prefixKey(prefix)
    const question = JSON.stringify(['documents', tenantId, start, since])
    const signer = cursor === undefined ? undefined : await tokens()
    let after = signer?.read<string>(cursor!, question)
    const now = clock.now().toISOString()
    const room = roomOf(page)
    const items: DocumentEntry[] = []

    async function endAt(key: string) {
      const nextCursor = (signer ?? (await tokens())).issue(key, question)
      return { items, nextCursor }
    }

    const query = { TableName: table, ...under(tenantId, start, ENTRY_ATTRIBUTES) }
    for (let queries = 0; queries < MAX_QUERIES; queries += 1) {
      const command = new QueryCommand({
        ...query,
        // One more than is wanted tells whether there is a next page; it cannot be known beforehand
        // how many of the items are later than `since`.
        Limit: since === '' ? limit + 1 : MOST_AT_ONCE,
        ...(after !== undefined && { ExclusiveStartKey: itemKey(tenantId, after) }),
      })
      const { Items = [], LastEvaluatedKey } = await guarded('listing documents', () =>
        client.send(command),
      )
      for (const item of Items) {
        if (isLive(item, now) && item.updatedAt!.S! > since) {
          const entry = entryOf(item)
          if (!room.take(entryBytes(entry))) return endAt(after!)
          items.push(entry)
        }
        after = item.sk!.S!
      }
      if (LastEvaluatedKey === undefined) return { items }
    }
    return endAt(after!)
  }
}

/** Makes a query of all items under a prefix, as they are at this moment. @param start its text */
export function under(
  tenantId: string,
  start: string,
  read: Required<Pick<QueryCommandInput, 'ProjectionExpression' | 'ExpressionAttributeNames'>>,
): Omit<QueryCommandInput, 'TableName'> {
  const isAll = start === ''
  return {
    ...read,
    ConsistentRead: true,
    KeyConditionExpression: isAll ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :start)',
    ExpressionAttributeValues: {
      ':pk': text(partitionOf(tenantId)),
      ...(!isAll && { ':start': text(start) }),
    },
  }
}
