import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Clock } from '../../clock'
import type { Connection } from '../../connections'
import { type Attributes, keyOf, number, primaryKey, text } from '../dynamo/attributes'
import { guarded } from '../errors'

// API Gateway ends every connection after two hours. It says so, but the message may not arrive.
export const LIFETIME_S = 2 * 60 * 60 + 5 * 60

// A function that was started for a message, for want of another, hears it seconds later.
const LATE_S = 90

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
      const beside = { ...sameKey(principal, connectionId), expiresAt: Item.expiresAt }
      // Whoever ends a key finds what it has opened before anything is heard of that.
      for (const item of [beside, Item]) {
        const command = new PutItemCommand({ TableName, Item: item })
        await guarded('noting a connection', () => client.send(command))
      }
    },

    /** Reads a row. @returns undefined when it is not known who is there */
    async get(connectionId: string): Promise<Connection | undefined> {
      const Key = connectionKey(connectionId)
      // The first message may follow the handshake within milliseconds.
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true })
      const { Item } = await guarded('finding a connection', () => client.send(command))
      return Item && Number(Item.expiresAt?.N) > nowS() ? connectionIn(Item) : undefined
    },

    /** Notes that a connection has ended: it is known for some minutes more. */
    async end(connectionId: string): Promise<void> {
      const command = new UpdateItemCommand({
        TableName,
        Key: connectionKey(connectionId),
        UpdateExpression: 'SET expiresAt = :soon',
        ConditionExpression: 'expiresAt > :soon',
        ExpressionAttributeValues: { ':soon': number(nowS() + LATE_S) },
      })
      const done = client.send(command).catch((error: Error) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      })
      await guarded('noting the end of a connection', () => done)
    },

    /** Forgets a connection. @returns who was there, where that was known */
    async remove(connectionId: string): Promise<Connection | undefined> {
      const Key = connectionKey(connectionId)
      const command = new DeleteItemCommand({ TableName, Key, ReturnValues: 'ALL_OLD' })
      const { Attributes } = await guarded('forgetting a connection', () => client.send(command))
      const known = Attributes && connectionIn(Attributes)
      if (known === undefined) return undefined
      const beside = { TableName, Key: sameKey(known.principal, connectionId) }
      await guarded('forgetting a connection', () => client.send(new DeleteItemCommand(beside)))
      return known
    },

    /** Lists the connections that were opened with a key, some of which may have ended. */
    async openedWith({ tenantId, keyId }: ByKey): Promise<string[]> {
      const ids: string[] = []
      let ExclusiveStartKey: Attributes | undefined
      do {
        const command = new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': text(keyOf('connections', tenantId, keyId)) },
          ExclusiveStartKey,
        })
        const page = await guarded('finding connections', () => client.send(command))
        ids.push(...(page.Items ?? []).map(({ sk }) => sk!.S!))
        ExclusiveStartKey = page.LastEvaluatedKey
      } while (ExclusiveStartKey !== undefined)
      return ids
    },
  }
}

type ByKey = Pick<Connection['principal'], 'tenantId' | 'keyId'>

function connectionIn({ member, protocol }: Attributes): Connection | undefined {
  if (member?.S === undefined) return undefined
  const { ip, userAgent, optOut, ...principal } = JSON.parse(member.S)
  return { protocol: protocol?.S ?? FIRST_PROTOCOL, principal, ip, userAgent, optOut }
}

/** Makes the key of the row that stands with those of the same API key. */
function sameKey({ tenantId, keyId }: ByKey, connectionId: string): Attributes {
  return primaryKey(keyOf('connections', tenantId, keyId), connectionId)
}

/** Makes the key of a row. Each has a partition of its own, so that none takes them all. */
function connectionKey(connectionId: string): Attributes {
  return primaryKey(keyOf('connection', connectionId), 'member')
}
