import type { DeliveryQueue } from '../../platform/delivery-queue'
import type { Registry } from '../../platform/registry'

interface Needs {
  registry: { webhooks: Pick<Registry['webhooks'], 'get'> }
  deliveries: Pick<DeliveryQueue, 'release' | 'drop'>
}

/**
 * Sees to what was just parked for a webhook: it may have been enabled or deleted meanwhile, when
 * nothing was parked yet. While it is being resumed from elsewhere than its position, what is held
 * is left to who resumes it.
 */
export async function settle(
  { registry, deliveries }: Needs,
  tenantId: string,
  webhookId: string,
): Promise<void> {
  const webhook = await registry.webhooks.get(tenantId, webhookId)
  if (webhook === undefined) return deliveries.drop(tenantId, webhookId)
  const { from = 'position' } = webhook.resuming ?? {}
  if (webhook.enabled && from === 'position') await deliveries.release(tenantId, webhookId)
}
