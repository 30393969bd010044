import type { AttemptRecord, Delivery, DeliveryQueue } from '../../platform/delivery-queue'
import type { Log } from '../../telemetry/log'
import { createHealth, tellDisabled } from '../state/health'
import { type Attempted, type AttemptNeeds, createAttempt } from './attempt'
import { settle } from './settle'

export interface DeliverNeeds extends AttemptNeeds {
  deliveries: Pick<
    DeliveryQueue,
    'enqueue' | 'done' | 'retry' | 'bury' | 'park' | 'release' | 'drop'
  >
  log: Log
  /** The deliverer learns here how each attempt went, before the queue does. */
  note?(webhookId: string, isWell: boolean): void
}

/**
 * Delivers a message that was taken from the queue: it makes one attempt and records the result in
 * the queue, and what it tells of the webhook.
 * @returns `ended` when it is over for good, `waiting` when there will be another attempt
 * @throws an error of our own, or the reason of `signal`: the delivery comes back when its lease
 * ends
 */
export type Deliver = (delivery: Delivery, signal?: AbortSignal) => Promise<'ended' | 'waiting'>

export function createDeliver(needs: DeliverNeeds): Deliver {
  const attempt = createAttempt(needs)
  const record = recordWith(needs)
  const noteHealth = noteHealthWith(needs)

  return async function deliver(delivery, signal) {
    const attempted = await attempt(delivery, signal)
    const { verdict } = attempted
    needs.note?.(delivery.webhookId, verdict.kind === 'done')
    await record(delivery, attempted)
    await noteHealth(delivery, attempted)
    return verdict.kind === 'retry' ? 'waiting' : 'ended'
  }
}

/** Records the verdict of an attempt in the queue. */
function recordWith(needs: DeliverNeeds) {
  const { deliveries, log } = needs

  async function park(delivery: Delivery, reason?: string, attempt?: AttemptRecord) {
    const { deliveryId, tenantId, webhookId } = delivery
    await deliveries.park(deliveryId, reason, attempt)
    await settle(needs, tenantId, webhookId)
  }

  return async function record(
    delivery: Delivery,
    { verdict, record: attempt }: Attempted,
  ): Promise<void> {
    const { deliveryId, webhookId, attempts } = delivery
    if (verdict.kind === 'done') return deliveries.done(deliveryId, attempt)
    if (verdict.kind === 'park') return park(delivery)
    const { reason } = verdict
    const facts = { deliveryId, webhookId, attempt: attempts + 1, reason }
    if (verdict.kind === 'retry') {
      log.info('webhook attempt failed', { ...facts, retryInMs: verdict.delayMs })
      return deliveries.retry(deliveryId, verdict.delayMs, reason, attempt)
    }
    if (verdict.kind === 'gone') {
      log.warn('webhook target is gone; the webhook is disabled', facts)
      return park(delivery, reason, attempt)
    }
    log.warn('webhook delivery given up', facts)
    return deliveries.bury(deliveryId, reason, attempt)
  }
}

/**
 * Notes what an attempt tells of its webhook. What became of the delivery is recorded by then, so a
 * failure of this, which the next attempt makes good, is no reason to send it again.
 */
function noteHealthWith(needs: DeliverNeeds) {
  const health = createHealth(needs)

  return async function noteHealth(
    delivery: Delivery,
    { verdict, record, webhook, disabled }: Attempted,
  ): Promise<void> {
    // The target was not called.
    if (record === undefined || webhook === undefined) return
    try {
      if (verdict.kind === 'done') return await health.succeeded(webhook)
      await health.failed(webhook, { delivery, record })
      if (disabled !== undefined) await tellDisabled(needs, disabled)
    } catch (error) {
      const { webhookId } = webhook
      needs.log.error('health of a webhook not noted', { webhookId, reason: String(error) })
    }
  }
}
