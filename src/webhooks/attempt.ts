import type { EventRecord } from '../event/record'
import type { Clock } from '../platform/clock'
import type { Delivery } from '../platform/delivery-queue'
import type { EventStore } from '../platform/event-store'
import type { Registry, Webhook } from '../platform/registry'
import { payloadOf } from './payload'
import type { Send } from './send'
import { signedHeaders } from './signature'
import { judge, type Verdict } from './verdict'

export interface AttemptNeeds {
  events: EventStore
  registry: Registry
  send: Send
  clock: Clock
}

/**
 * One attempt to deliver, as a value. What the store or the registry throws is passed on: that is
 * our failure, not the target's, and does not count as an attempt.
 */
export function createAttempt({ events, registry, send, clock }: AttemptNeeds) {
  return async function attempt(delivery: Delivery): Promise<Verdict> {
    const webhook = await registry.getWebhook(delivery.tenantId, delivery.webhookId)
    if (!webhook) return { kind: 'done' } // deleted: no one is left to tell
    if (!webhook.enabled) return { kind: 'bury', reason: 'the webhook is disabled' }
    const records = await readEvents(delivery)
    if (records.length === 0) return { kind: 'bury', reason: 'its events have expired' }

    const now = clock.now()
    const body = payloadOf(delivery.enqueuedAt, records)
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Nonius-Webhooks',
      ...signedHeaders(webhook.secret, delivery.deliveryId, now, body),
    }
    const reply = await send(webhook.targetUrl, headers, body)
    const verdict = judge(reply, delivery.attempts, clock.now())
    if (verdict.kind === 'gone') await disable(webhook)
    return verdict
  }

  /** Those that are still held; an event may expire while its delivery waits. */
  async function readEvents({ tenantId, eventIds }: Delivery): Promise<EventRecord[]> {
    const records = await Promise.all(eventIds.map((id) => events.get(tenantId, id)))
    return records.flatMap((record) => record ?? [])
  }

  /** As it is now, since someone may have given it another target meanwhile. */
  async function disable({ tenantId, webhookId, targetUrl }: Webhook) {
    const webhook = await registry.getWebhook(tenantId, webhookId)
    if (webhook?.targetUrl !== targetUrl) return
    const updatedAt = clock.now().toISOString()
    await registry.putWebhook({ ...webhook, enabled: false, updatedAt })
  }
}
