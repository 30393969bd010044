import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb'
import { v7 as uuidv7 } from 'uuid'
import { guarded } from '../errors'
import { type Attributes, primaryKey, queryAll, text } from './attributes'
import { transact } from './transact'

/**
 * Reads and writes small things in a table, each as JSON: they are read whole, and found by their
 * key.
 */
export interface Documents {
  table: string
  get(what: string, pk: string, sk: string): Promise<Attributes | undefined>
  put(what: string, item: Attributes): Promise<void>
  /** Lists all under `pk` whose `sk` begins so. @param attributes which of them; all by default */
  list(what: string, pk: string, prefix: string, attributes?: string): Promise<Attributes[]>
  /**
   * Does all or none. @returns for each action whether its condition failed; undefined when none
   * did
   */
  change(what: string, actions: TransactWriteItem[]): Promise<boolean[] | undefined>
}

/** Reads see every write that was answered before: what a person changed is so from then on. */
export function createDocuments(client: DynamoDBClient, table: string): Documents {
  return {
    table,

    get: (what, pk, sk) =>
      guarded(what, async () => {
        const input = { TableName: table, Key: primaryKey(pk, sk), ConsistentRead: true }
        const { Item } = await client.send(new GetItemCommand(input))
        return Item
      }),

    put: (what, Item) =>
      guarded(what, async () => {
        await client.send(new PutItemCommand({ TableName: table, Item }))
      }),

    list: (what, pk, prefix, attributes) =>
      guarded(what, () =>
        queryAll(client, {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': text(pk), ':prefix': text(prefix) },
          ProjectionExpression: attributes,
        }),
      ),

    change: (what, actions) => guarded(what, () => transact(client, actions)),
  }
}

/** Makes the attribute in which an item has a thing. */
export function jsonOf(thing: object): Attributes {
  return { json: text(JSON.stringify(thing)) }
}

export function thingOf<Thing>(item: Attributes): Thing {
  return JSON.parse(item.json!.S!) as Thing
}

/** Makes a stamp for lists, oldest first: it rises, also within a millisecond. */
export const stamp = () => text(uuidv7())

export function byStamp(a: Attributes, b: Attributes): number {
  return a.stamp!.S! < b.stamp!.S! ? -1 : 1
}
