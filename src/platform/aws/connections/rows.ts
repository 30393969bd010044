import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Clock } from '../../clock'
import type { Member } from '../../connections'
import { type Attributes, keyOf, number, primaryKey, text } from '../dynamo/attributes'
import { guarded } from '../errors'

// API Gateway ends every connection after two hours. It says so, but need not be heard.
const KEPT_S = 2 * 60 * 60 + 5 * 60

/** Who is at the other end of each connection: API Gateway only knows that there is one. */
export type ConnectionRows = ReturnType<typeof createConnectionRows>

/** In the table of the registry. Every method throws `StorageError`. */
export function createConnectionRows(needs: {
  client: DynamoDBClient
  table: string
  clock: Clock
}) {
  const { client, table: TableName, clock } = needs
  const nowS = () => Math.floor(clock.now().getTime() / 1000)

  return {
    async put(connectionId: string, member: Member): Promise<void> {
      const expiresAt = number(nowS() + KEPT_S)
      const Item = {
        ...connectionKey(connectionId),
        member: text(JSON.stringify(member)),
        expiresAt,
      }
      const command = new PutItemCommand({ TableName, Item })
      await guarded('noting a connection', () => client.send(command))
    },

    /** @returns undefined when nobody is known to be there */
    async get(connectionId: string): Promise<Member | undefined> {
      const Key = connectionKey(connectionId)
      // The first message may follow the handshake within milliseconds.
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true })
      const { Item } = await guarded('finding a connection', () => client.send(command))
      if (Item?.member?.S === undefined || Number(Item.expiresAt?.N) <= nowS()) return undefined
      return JSON.parse(Item.member.S)
    },

    async remove(connectionId: string): Promise<void> {
      const command = new DeleteItemCommand({ TableName, Key: connectionKey(connectionId) })
      await guarded('forgetting a connection', () => client.send(command))
    },
  }
}

/** A partition for each, so that none takes them all. */
function connectionKey(connectionId: string): Attributes {
  return primaryKey(keyOf('connection', connectionId), 'member')
}
