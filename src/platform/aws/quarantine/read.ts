import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import type { QuarantinedItem, QuarantinedSummary } from '../../quarantine-store'
import { type Attributes, keyOf } from '../dynamo/attributes'
import { batchGet } from '../dynamo/batch-get'
import { guarded } from '../errors'
import { type Head, headFrom, itemKey } from './items'
import type { Texts } from './texts'

export interface Reader {
  head(tenantId: string, quarantineId: string): Promise<Head | undefined>
  item(
    tenantId: string,
    quarantineId: string,
  ): Promise<{ head: Head; item: QuarantinedItem } | undefined>
  /** Finds what the table says of those that are held, by id. */
  held(tenantId: string, quarantineIds: readonly string[]): Promise<Map<string, Attributes>>
  /** Reads one that `held` found, by now perhaps changed. */
  itemOf(attributes: Attributes): Promise<QuarantinedItem | undefined>
  summaryOf(attributes: Attributes): Promise<QuarantinedSummary | undefined>
  /** Finds those that are not held, each once. @param leaving counts as not held */
  missing(items: readonly QuarantinedItem[], leaving?: Head): Promise<QuarantinedItem[]>
}

export function createReader(needs: {
  client: DynamoDBClient
  table: string
  texts: Texts
}): Reader {
  const { client, table, texts } = needs

  const get = (tenantId: string, quarantineId: string): Promise<Attributes | undefined> =>
    guarded('reading quarantine', async () => {
      const Key = itemKey({ tenantId, quarantineId })
      const input = { TableName: table, Key, ConsistentRead: true }
      return (await client.send(new GetItemCommand(input))).Item
    })

  async function item(tenantId: string, quarantineId: string) {
    let attributes = await get(tenantId, quarantineId)
    while (attributes !== undefined) {
      const found = await texts.read(attributes)
      if (found !== undefined) return { head: headFrom(attributes), item: found }
      const { version } = headFrom(attributes)
      attributes = await get(tenantId, quarantineId)
      if (attributes !== undefined && headFrom(attributes).version === version) {
        const message = `the text of quarantined item ${quarantineId} is missing`
        throw new StorageError(message, { isRetriable: false })
      }
    }
    return undefined
  }

  async function itemOf(attributes: Attributes) {
    const { tenantId, quarantineId } = headFrom(attributes)
    return (await texts.read(attributes)) ?? (await item(tenantId, quarantineId))?.item
  }

  return {
    item,

    async head(tenantId, quarantineId) {
      const attributes = await get(tenantId, quarantineId)
      return attributes && headFrom(attributes)
    },

    async held(tenantId, quarantineIds) {
      const keys = quarantineIds.map((quarantineId) => itemKey({ tenantId, quarantineId }))
      const found = await batchGet('reading quarantine', { client, table }, keys)
      return new Map(found.map((attributes) => [headFrom(attributes).quarantineId, attributes]))
    },

    itemOf,

    async summaryOf(attributes) {
      const summary = await texts.readAbout(attributes)
      if (summary !== undefined) return summary
      const { raw, ...rest } = (await itemOf(attributes)) ?? {}
      return raw === undefined ? undefined : { ...(rest as QuarantinedItem), length: raw.length }
    },

    async missing(items, leaving) {
      const keys = new Map(items.map((one) => [nameOf(one), itemKey(one)]))
      const names = ['tenantId', 'quarantineId']
      const found = await batchGet(
        'reading quarantine',
        { client, table },
        [...keys.values()],
        names,
      )
      const held = new Set(found.map((one) => keyOf(one.tenantId!.S!, one.quarantineId!.S!)))
      if (leaving !== undefined) held.delete(nameOf(leaving))
      return items.filter((one) => {
        const isFirst = !held.has(nameOf(one))
        held.add(nameOf(one))
        return isFirst
      })
    },
  }
}

const nameOf = (item: Pick<Head, 'tenantId' | 'quarantineId'>) =>
  keyOf(item.tenantId, item.quarantineId)
