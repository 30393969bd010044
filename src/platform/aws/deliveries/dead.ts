import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DeadDelivery } from '../../delivery-queue'
import type { Attributes } from '../dynamo/attributes'
import { batchGet } from '../dynamo/batch-get'
import { adoptFormerDead } from './former-dead'
import { deliveryKey, deliveryOf, isExpired, statusOf } from './items'
import { createListed } from './listed'

// The index has the dead in the order of enqueueing: to list the latest burials, so many are looked
// at.
const LOOKED_AT = 1000

/** Lists a webhook's dead deliveries, the latest buried first, of those enqueued last. */
export async function listDead(
  needs: { dynamo: DynamoDBClient; table: string },
  tenantId: string,
  webhookId: string,
  limit: number,
  nowMs: number,
): Promise<DeadDelivery[]> {
  await adoptFormerDead(needs, tenantId, webhookId)
  const asked = { order: 'newest', limit: Math.max(limit, LOOKED_AT) } as const
  const found = await createListed(needs).list([tenantId, webhookId, 'failed'], asked)
  const from = { client: needs.dynamo, table: needs.table }
  const keys = found.map(({ deliveryId }) => deliveryKey(deliveryId))
  const items = await batchGet('listing deliveries', from, keys)
  return items
    .filter((item) => statusOf(item) === 'failed' && !isExpired(item, nowMs))
    .sort((a, b) => (buriedAs(a) < buriedAs(b) ? 1 : -1))
    .slice(0, limit)
    .map((item) => {
      const fate = { reason: item.reason?.S ?? '', buriedAt: item.buriedAt?.S ?? '' }
      return { ...deliveryOf(item), ...fate }
    })
}

function buriedAs(item: Attributes): string {
  return item.buriedAs?.S ?? ''
}
