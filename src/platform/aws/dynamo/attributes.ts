import {
  type AttributeValue,
  type DynamoDBClient,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb'

/** Attributes are an item, or a part of one, as DynamoDB takes it. */
export type Attributes = Record<string, AttributeValue>

export const text = (value: string): AttributeValue => ({ S: value })
export const number = (value: number): AttributeValue => ({ N: String(value) })
export const bytes = (value: Uint8Array): AttributeValue => ({ B: value })

/** Joins ids to one key: no two lists of ids make the same, and a list's beginning is a prefix. */
export function keyOf(...ids: string[]): string {
  return ids.map(encodeURIComponent).join('#')
}

/** Makes the key of an item in a table whose keys are called `pk` and `sk`. */
export function primaryKey(pk: string, sk: string): Attributes {
  return { pk: text(pk), sk: text(sk) }
}

/** Reads all of a query, also beyond the megabyte that one answer holds. */
export async function queryAll(
  client: DynamoDBClient,
  input: QueryCommandInput,
): Promise<Attributes[]> {
  const found: Attributes[] = []
  for await (const { Items = [] } of paginateQuery({ client }, input)) found.push(...Items)
  return found
}
