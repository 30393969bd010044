import type { Clock } from '../../platform/clock'
import type { DeliveryQueue } from '../../platform/delivery-queue'
import type { Registry } from '../../platform/registry'
import type { Webhook } from '../../platform/registry/webhooks'
import { deliveriesOfNotice, type NoticeName } from './notices'

export interface TellNeeds {
  registry: { webhooks: Pick<Registry['webhooks'], 'listAll'> }
  deliveries: Pick<DeliveryQueue, 'enqueue'>
  clock: Clock
}

/**
 * Tells what became of a webhook to those of its tenant that ask for it.
 * @param data is told beside which webhook it is
 */
export async function tell(
  { registry, deliveries, clock }: TellNeeds,
  type: NoticeName,
  { tenantId, webhookId, name, targetUrl }: Webhook,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  const at = clock.now().toISOString()
  const notice = { type, at, data: { webhookId, name, targetUrl, ...data } }
  const told = { tenantId, notice, about: webhookId, enqueuedAt: at }
  const found = deliveriesOfNotice(await registry.webhooks.listAll(), told)
  if (found.length > 0) await deliveries.enqueue(found)
}
