import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import type { DeliveryStatus } from '../../delivery-log'
import { type Attributes, text } from '../dynamo/attributes'
import { guarded } from '../errors'
import { idOf, logOf, placeOf } from './items'

/** The index of the table that lists deliveries under their webhook and status (`tables.ts`). */
const INDEX = 'log'

/** An entry of the index, which follows its delivery within moments: what it says is to be checked. */
export interface Listed {
  deliveryId: string
  /** Orders by the time of enqueueing. */
  place: string
}

/** Bounds a question by places. */
export interface Bounds {
  /** From this place on, inclusive; from the first when left out. */
  from?: string | undefined
  /** Only before it; to the last when left out. */
  before?: string | undefined
}

// A place begins with a time, which has figures only.
const FIRST = '0'
const LAST = ':'

/** Lists deliveries by webhook and status. Every method throws `StorageError`. */
export function createListed({ dynamo, table }: { dynamo: DynamoDBClient; table: string }) {
  function questionOf(whose: string, { from = FIRST, before = LAST }: Bounds) {
    return {
      TableName: table,
      IndexName: INDEX,
      KeyConditionExpression: 'logOf = :whose AND logAt BETWEEN :from AND :before',
      ExpressionAttributeValues: {
        ':whose': text(whose),
        ':from': text(from),
        ':before': text(before),
      },
    }
  }

  return {
    /** Lists up to `limit`, whether or not there are more. @param order of enqueueing */
    async list(
      [tenantId, webhookId, status]: readonly [string, string, DeliveryStatus],
      { order, limit, ...bounds }: Bounds & { order: 'newest' | 'oldest'; limit: number },
    ): Promise<Listed[]> {
      const found: Listed[] = []
      let ExclusiveStartKey: Attributes | undefined
      do {
        const command = new QueryCommand({
          ...questionOf(logOf(tenantId, webhookId, status), bounds),
          ScanIndexForward: order === 'oldest',
          // The upper bound is inclusive where it has to be exclusive.
          Limit: limit + 1 - found.length,
          ExclusiveStartKey,
        })
        const page = await guarded('listing deliveries', () => dynamo.send(command))
        for (const item of page.Items ?? []) {
          const place = item.logAt?.S ?? ''
          if (place !== bounds.before) found.push({ deliveryId: idOf(item), place })
        }
        ExclusiveStartKey = page.LastEvaluatedKey
      } while (ExclusiveStartKey !== undefined && found.length < limit)
      return found.slice(0, limit)
    },

    /** Counts up to `most`. */
    async count(
      tenantId: string,
      webhookId: string,
      status: DeliveryStatus,
      most: number,
    ): Promise<{ count: number; isExact: boolean }> {
      let count = 0
      let ExclusiveStartKey: Attributes | undefined
      do {
        const command = new QueryCommand({
          ...questionOf(logOf(tenantId, webhookId, status), {}),
          Select: 'COUNT',
          Limit: most - count,
          ExclusiveStartKey,
        })
        const page = await guarded('counting deliveries', () => dynamo.send(command))
        count += page.Count ?? 0
        ExclusiveStartKey = page.LastEvaluatedKey
      } while (ExclusiveStartKey !== undefined && count < most)
      return { count, isExact: ExclusiveStartKey === undefined }
    },
  }
}

/** Makes the bounds of a time. Within its millisecond a time is before every place. */
export function boundsOf(from: string | undefined, to: string | undefined): Bounds {
  const placed = (time: string | undefined) => time && placeOf(new Date(time).toISOString(), '')
  return { from: placed(from), before: placed(to) }
}

/** Reads when the delivery at a place was enqueued. */
export function timeAt(place: string): string {
  return place.split(' ', 1)[0]!
}
