import { DeleteItemCommand, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { bucketOf } from '../../../syntax/latency'
import { type AttemptFigures, FIGURES_DAYS } from '../../delivery-log'
import type { AttemptRecord, Delivery } from '../../delivery-queue'
import { type Attributes, keyOf, number, primaryKey, queryAll, text } from '../dynamo/attributes'
import { inParallel } from '../dynamo/in-parallel'
import { guarded } from '../errors'
import { secondOf } from './items'

const DAY_S = 24 * 60 * 60
// An ISO time begins with so much down to its hour.
const HOUR_LENGTH = '2026-11-29T14'.length
// A bucket is an attribute of its own, so that adding needs no reading.
const BUCKET = 'ms'
// No hour is before it.
const FIRST = '0'
const WRITES_AT_A_TIME = 10

/**
 * Counts attempts, in an item for each webhook and hour. An attempt whose count is said again after
 * a lost reply counts twice.
 */
export function createFigures({
  dynamo,
  table: TableName,
}: {
  dynamo: DynamoDBClient
  table: string
}) {
  function hoursFrom(what: string, tenantId: string, webhookId: string, hour: string) {
    return guarded(what, () =>
      queryAll(dynamo, {
        TableName,
        KeyConditionExpression: 'pk = :pk AND sk >= :hour',
        ExpressionAttributeValues: {
          ':pk': text(figuresOf(tenantId, webhookId)),
          ':hour': text(hour),
        },
      }),
    )
  }

  return {
    async count({ tenantId, webhookId }: Delivery, attempt: AttemptRecord): Promise<void> {
      const hour = attempt.at.slice(0, HOUR_LENGTH)
      const names = {
        '#outcome': attempt.error === undefined ? 'succeeded' : 'failed',
        '#bucket': `${BUCKET}${bucketOf(attempt.latencyMs)}`,
      }
      const command = new UpdateItemCommand({
        TableName,
        Key: primaryKey(figuresOf(tenantId, webhookId), hour),
        UpdateExpression: 'SET expiresAt = :expires ADD #outcome :one, #bucket :one',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: {
          ':one': number(1),
          ':expires': number(secondOf(Date.parse(attempt.at)) + FIGURES_DAYS * DAY_S),
        },
      })
      await guarded('counting attempts', () => dynamo.send(command))
    },

    async since(tenantId: string, webhookId: string, since: string): Promise<AttemptFigures> {
      const hour = new Date(since).toISOString().slice(0, HOUR_LENGTH)
      const hours = await hoursFrom('reading figures', tenantId, webhookId, hour)
      const latency: Record<number, number> = {}
      for (const hour of hours) {
        for (const [name, value] of Object.entries(hour)) {
          if (!name.startsWith(BUCKET)) continue
          const bucket = Number(name.slice(BUCKET.length))
          latency[bucket] = (latency[bucket] ?? 0) + Number(value.N)
        }
      }
      const sumOf = (name: string) => hours.reduce((sum, hour) => sum + countIn(hour, name), 0)
      return { succeeded: sumOf('succeeded'), failed: sumOf('failed'), latency }
    },

    async forget(tenantId: string, webhookId: string): Promise<void> {
      const what = 'dropping deliveries'
      const hours = await hoursFrom(what, tenantId, webhookId, FIRST)
      await inParallel(hours, WRITES_AT_A_TIME, ({ pk, sk }) => {
        const command = new DeleteItemCommand({ TableName, Key: { pk: pk!, sk: sk! } })
        return guarded(what, () => dynamo.send(command))
      })
    },
  }
}

function countIn(hour: Attributes, name: string): number {
  return Number(hour[name]?.N ?? 0)
}

/** Names the partition of a webhook's figures. */
export function figuresOf(tenantId: string, webhookId: string): string {
  return keyOf('figures', tenantId, webhookId)
}
