import { AppError } from '../../error/app-error'
import type { DeliveryEntry } from '../../platform/delivery-log'
import type { Webhook } from '../../platform/registry/webhooks'
import type { AppDeps } from '../context'
import { z } from '../zod'
import { deliveryExample } from './delivery-view'
import { findWebhook, WebhookParams } from './find-webhook'

export const DeliveryParams = WebhookParams.extend({
  deliveryId: z.string().openapi({ example: deliveryExample.id }),
})

/** @throws {AppError} `not_found`, also for what is another tenant's */
export async function findDelivery(
  deps: AppDeps,
  tenantId: string,
  { id, deliveryId }: z.output<typeof DeliveryParams>,
): Promise<{ webhook: Webhook; entry: DeliveryEntry }> {
  const webhook = await findWebhook(deps, tenantId, id)
  const entry = await deps.platform.deliveries.find(tenantId, id, deliveryId)
  if (entry !== undefined) return { webhook, entry }
  const detail = 'This webhook has no delivery with this id, or it ended too long ago.'
  throw new AppError('not_found', detail)
}
