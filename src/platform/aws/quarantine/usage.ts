import { createHash } from 'node:crypto'
import {
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb'
import type { QuarantineLimits, QuarantineStore, QuarantineUsage } from '../../quarantine-store'
import { isBeyond, quarantineFull } from '../../shared/quarantine-full'
import { type Attributes, keyOf, number, primaryKey, queryAll, text } from '../dynamo/attributes'
import { guarded } from '../errors'

/** A growth says by how much a change makes a source's usage differ. */
export interface Growth extends QuarantineUsage {
  tenantId: string
  /** Tells whether it adds something, and so must have room. */
  needsRoom: boolean
  /** Counts what will go by a later change; it counts as gone where room is looked for. */
  leaving: { items: number; bytes: number }
}

export interface Usage extends Pick<QuarantineStore, 'usage' | 'countCrowded'> {
  /** Makes the action of a transaction. Its condition fails when there is no room. */
  actionOf(growth: Growth, limits: QuarantineLimits | undefined): TransactWriteItem
  /** Checks that there is room. @throws {AppError} `quarantine_full` */
  requireRoom(growths: readonly Growth[], limits: QuarantineLimits): Promise<void>
}

// The sources of a tenant stand together, to be listed; the tenants in eight partitions, since one
// takes a thousand writes a second. All eight are read to count who is crowded.
const PARTITIONS = 8

const ExpressionAttributeNames = { '#items': 'items' } // a reserved word

export function createUsage({ client, table }: { client: DynamoDBClient; table: string }): Usage {
  async function one(tenantId: string, sourceId: string): Promise<QuarantineUsage> {
    const input = { TableName: table, Key: usageKey(tenantId, sourceId), ConsistentRead: true }
    const { Item } = await guarded('measuring quarantine', () =>
      client.send(new GetItemCommand(input)),
    )
    return Item === undefined ? { sourceId, items: 0, bytes: 0 } : usageFrom(Item)
  }

  return {
    actionOf({ tenantId, sourceId, items, bytes, needsRoom, leaving }, limits) {
      const update = {
        TableName: table,
        Key: usageKey(tenantId, sourceId),
        UpdateExpression: 'SET sourceId = :sourceId ADD #items :items, bytes :bytes',
        ExpressionAttributeNames,
      }
      const values = {
        ':sourceId': text(sourceId),
        ':items': number(items),
        ':bytes': number(bytes),
      }
      if (!needsRoom || limits === undefined) {
        return { Update: { ...update, ExpressionAttributeValues: values } }
      }
      return {
        Update: {
          ...update,
          // A source without anything has no usage yet; `requireRoom` has seen that this much fits.
          ConditionExpression:
            'attribute_not_exists(pk) OR (#items <= :mayHaveItems AND bytes <= :mayHaveBytes)',
          ExpressionAttributeValues: {
            ...values,
            ':mayHaveItems': number(limits.maxItems + leaving.items - items),
            ':mayHaveBytes': number(limits.maxBytes + leaving.bytes - bytes),
          },
        },
      }
    },

    async requireRoom(growths, limits) {
      for (const { tenantId, sourceId, leaving, ...growth } of growths) {
        if (!growth.needsRoom) continue
        const has = await one(tenantId, sourceId)
        const items = has.items + growth.items - leaving.items
        const bytes = has.bytes + growth.bytes - leaving.bytes
        const would = { sourceId, items, bytes }
        if (isBeyond(would, limits)) throw quarantineFull(would, limits)
      }
    },

    async usage(tenantId, sourceId) {
      if (sourceId !== undefined) {
        const has = await one(tenantId, sourceId)
        return has.items > 0 ? [has] : []
      }
      const found = await guarded('measuring quarantine', () =>
        queryAll(client, {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: {
            ':pk': text(partitionOf(tenantId)),
            ':prefix': text(`${keyOf(tenantId)}#`),
          },
        }),
      )
      const used = found.map(usageFrom).filter(({ items }) => items > 0)
      return used.sort((a, b) => (a.sourceId < b.sourceId ? -1 : 1))
    },

    async countCrowded({ maxItems, maxBytes }, share) {
      const counts = Array.from({ length: PARTITIONS }, (_, partition) =>
        countIn(partition, maxItems * share, maxBytes * share),
      )
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
    },
  }

  /** Counts the sources where they are: what comes back is a number. */
  function countIn(partition: number, items: number, bytes: number): Promise<number> {
    return guarded('measuring quarantine', async () => {
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          Select: 'COUNT',
          KeyConditionExpression: 'pk = :pk',
          FilterExpression: '#items >= :items OR bytes >= :bytes',
          ExpressionAttributeNames,
          ExpressionAttributeValues: {
            ':pk': text(keyOf('usage', String(partition))),
            ':items': number(items),
            ':bytes': number(bytes),
          },
        },
      )
      let count = 0
      for await (const { Count = 0 } of pages) count += Count
      return count
    })
  }
}

function partitionOf(tenantId: string): string {
  const partition = createHash('sha256').update(tenantId).digest().readUInt8() % PARTITIONS
  return keyOf('usage', String(partition))
}

function usageKey(tenantId: string, sourceId: string): Attributes {
  return primaryKey(partitionOf(tenantId), keyOf(tenantId, sourceId))
}

function usageFrom({ sourceId, items, bytes }: Attributes): QuarantineUsage {
  return { sourceId: sourceId!.S!, items: Number(items!.N), bytes: Number(bytes!.N) }
}
