import type { Delivery, DeliveryQueue } from '../platform/delivery-queue'
import type { Registry } from '../platform/registry'
import type { Log } from '../telemetry/log'
import { type AttemptNeeds, createAttempt } from './attempt'
import type { Verdict } from './verdict'

interface Needs {
  deliveries: Pick<DeliveryQueue, 'done' | 'retry' | 'bury' | 'park' | 'release' | 'drop'>
  registry: Pick<Registry, 'webhooks'>
  log: Log
}

/** Tells the queue what an attempt came to. */
export function createSettle({ deliveries, registry, log }: Needs) {
  async function park({ deliveryId, tenantId, webhookId }: Delivery, reason?: string) {
    await deliveries.park(deliveryId, reason)
    // Whoever enabled or deleted it meanwhile has found nothing parked.
    const webhook = await registry.webhooks.get(tenantId, webhookId)
    if (webhook === undefined) await deliveries.drop(tenantId, webhookId)
    else if (webhook.enabled) await deliveries.release(tenantId, webhookId)
  }

  return async function settle(delivery: Delivery, verdict: Verdict): Promise<void> {
    const { deliveryId, webhookId, attempts } = delivery
    if (verdict.kind === 'done') return deliveries.done(deliveryId)
    if (verdict.kind === 'park') return park(delivery)
    const { reason } = verdict
    const facts = { deliveryId, webhookId, attempt: attempts + 1, reason }
    if (verdict.kind === 'retry') {
      log.info('webhook attempt failed', { ...facts, retryInMs: verdict.delayMs })
      return deliveries.retry(deliveryId, verdict.delayMs, reason)
    }
    if (verdict.kind === 'gone') {
      log.warn('webhook target is gone; the webhook is disabled', facts)
      return park(delivery, reason)
    }
    log.warn('webhook delivery given up', facts)
    return deliveries.bury(deliveryId, reason)
  }
}

/**
 * One delivery that was taken, from the attempt to the queue.
 * @returns whether it is `settled` for good, or `waiting` for another attempt
 * @throws what kept us, not the target, from it: the delivery comes back when its lease ends
 */
export type Deliver = (delivery: Delivery) => Promise<'settled' | 'waiting'>

/** For where the platform calls us with what is due; `createDeliverer` asks for it by itself. */
export function createDeliver(needs: AttemptNeeds & Needs): Deliver {
  const attempt = createAttempt(needs)
  const settle = createSettle(needs)
  return async function deliver(delivery) {
    const verdict = await attempt(delivery)
    await settle(delivery, verdict)
    return verdict.kind === 'retry' ? 'waiting' : 'settled'
  }
}
