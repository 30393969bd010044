import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Clock } from '../../clock'
import type { Connection } from '../../connections'
import { type Attributes, keyOf, number, primaryKey, text } from '../dynamo/attributes'
import { guarded } from '../errors'

// API Gateway ends every connection after two hours. It says so, but the message may not arrive.
export const LIFETIME_S = 2 * 60 * 60 + 5 * 60

// Rows of 0.1.0 name no protocol: this was the only one.
const FIRST_PROTOCOL = 'publish'

/** A row says who is at the other end of a connection: API Gateway only knows that there is one. */
export type ConnectionRows = ReturnType<typeof createConnectionRows>

/** Stores the rows in the table of the registry. Every method throws `StorageError`. */
export function createConnectionRows(needs: {
  client: DynamoDBClient
  table: string
  clock: Clock
}) {
  const { client, table: TableName, clock } = needs
  const nowS = () => Math.floor(clock.now().getTime() / 1000)

  return {
    async put(connectionId: string, connection: Connection): Promise<void> {
      const { protocol, principal, ...facts } = connection
      const Item = {
        ...connectionKey(connectionId),
        protocol: text(protocol),
        member: text(JSON.stringify({ ...principal, ...facts })),
        expiresAt: number(nowS() + LIFETIME_S),
      }
      const command = new PutItemCommand({ TableName, Item })
      await guarded('noting a connection', () => client.send(command))
    },

    /** Reads a row. @returns undefined when it is not known who is there */
    async get(connectionId: string): Promise<Connection | undefined> {
      const Key = connectionKey(connectionId)
      // The first message may follow the handshake within milliseconds.
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true })
      const { Item } = await guarded('finding a connection', () => client.send(command))
      if (Item?.member?.S === undefined || Number(Item.expiresAt?.N) <= nowS()) return undefined
      const { ip, userAgent, ...principal } = JSON.parse(Item.member.S)
      return { protocol: Item.protocol?.S ?? FIRST_PROTOCOL, principal, ip, userAgent }
    },

    async remove(connectionId: string): Promise<void> {
      const command = new DeleteItemCommand({ TableName, Key: connectionKey(connectionId) })
      await guarded('forgetting a connection', () => client.send(command))
    },
  }
}

/** Makes the key of a row. Each has a partition of its own, so that none takes them all. */
function connectionKey(connectionId: string): Attributes {
  return primaryKey(keyOf('connection', connectionId), 'member')
}
