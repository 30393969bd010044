import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { tables } from '../deployed/tables'

export type Item = Record<string, AttributeValue>

/**
 * An item has at most so many bytes ("Item size", developer guide, Constraints): names and values,
 * without what lists and maps add.
 */
export const MAX_ITEM_BYTES = 400 * 1024

const WRITE_UNIT_BYTES = 1024

/**
 * Counts the bytes of an item as DynamoDB does (developer guide, "DynamoDB item sizes and
 * formats").
 */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + name.length + bytesOf(value), 0)
}

/**
 * Counts what a new item costs: itself, and an entry in each index whose key it has.
 * @returns write units of the table and of each index, by name
 */
export function writeUnits(item: Item): { table: number; indexes: Record<string, number> } {
  const indexes = Object.entries(entriesOf(item)).map(([name, entry]) => {
    return [name, units(itemBytes(entry))]
  })
  return { table: units(itemBytes(item)), indexes: Object.fromEntries(indexes) }
}

/** Makes the entries that the indexes have of an item: its key and theirs. An index whose key it lacks has none. */
export function entriesOf(item: Item): Record<string, Item> {
  const { hashKey: tableKey, indexes } = tables.events
  const found = indexes.filter(({ hashKey }) => hashKey in item)
  const entries = found.map(({ name, hashKey, rangeKey }) => {
    const keys = [tableKey, hashKey, rangeKey].map((key) => [key, item[key]!] as const)
    return [name, Object.fromEntries(keys)] as const
  })
  return Object.fromEntries(entries)
}

export function units(bytes: number): number {
  return Math.ceil(bytes / WRITE_UNIT_BYTES)
}

function bytesOf({ S: text, N: number, B: bytes, SS: texts, BOOL }: AttributeValue): number {
  if (text !== undefined) return Buffer.byteLength(text)
  if (bytes !== undefined) return bytes.byteLength
  if (BOOL !== undefined) return 1
  // A set takes three bytes more, and each of its elements one.
  if (texts !== undefined) return texts.reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 3)
  // A number takes a byte for two digits, and one more.
  return Math.ceil((number?.length ?? 0) / 2) + 1
}
