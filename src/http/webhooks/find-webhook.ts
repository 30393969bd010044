import { AppError } from '../../error/app-error'
import type { Webhook } from '../../platform/registry/webhooks'
import type { AppDeps } from '../context'
import { z } from '../zod'

export const WebhookParams = z.object({
  id: z.string().openapi({ example: 'whk_5f0c1a2b3c4d5e6f70819203' }),
})

/** @throws {AppError} `not_found`, also for a webhook of another tenant */
export async function findWebhook(
  { platform }: AppDeps,
  tenantId: string,
  webhookId: string,
): Promise<Webhook> {
  const webhook = await platform.registry.webhooks.get(tenantId, webhookId)
  if (webhook === undefined) throw noSuchWebhook()
  return webhook
}

export function noSuchWebhook(): AppError {
  return new AppError('not_found', 'No webhook of yours has this id.')
}
