import type { Delivery, DeliveryQueue } from '../platform/delivery-queue'
import type { Log } from '../telemetry/log'
import { type AttemptNeeds, createAttempt } from './attempt'
import type { Verdict } from './verdict'

interface Needs {
  deliveries: Pick<DeliveryQueue, 'done' | 'retry' | 'bury'>
  log: Log
}

/** Tells the queue what an attempt came to. */
export function createSettle({ deliveries, log }: Needs) {
  return async function settle(
    { deliveryId, webhookId, attempts }: Delivery,
    verdict: Verdict,
  ): Promise<void> {
    if (verdict.kind === 'done') return deliveries.done(deliveryId)
    const { reason } = verdict
    const facts = { deliveryId, webhookId, attempt: attempts + 1, reason }
    if (verdict.kind === 'retry') {
      log.info('webhook attempt failed', { ...facts, retryInMs: verdict.delayMs })
      return deliveries.retry(deliveryId, verdict.delayMs, reason)
    }
    log.warn(
      verdict.kind === 'gone' ? 'webhook target is gone' : 'webhook delivery given up',
      facts,
    )
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
