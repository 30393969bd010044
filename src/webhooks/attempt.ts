import type { Clock } from '../platform/clock'
import type { Delivery } from '../platform/delivery-queue'
import type { EventStore } from '../platform/event-store'
import type { Registry } from '../platform/registry'
import type { Webhook } from '../platform/registry/webhooks'
import { owedWhen } from './owed'
import { payloadOf } from './payload'
import type { HoldBody } from './room'
import type { Send } from './send'
import { signedHeaders } from './signature'
import { judge, type Verdict } from './verdict'

export interface AttemptNeeds {
  events: EventStore
  registry: Pick<Registry, 'webhooks'>
  send: Send
  clock: Clock
  /** This is the mark of `ServingPlatform`. */
  mark(): string
  /** This says when a body may be in memory. It is left out where few are sent at once. */
  holdBody?: HoldBody | undefined
}

/**
 * Makes one attempt to deliver and returns its verdict. Errors of the store or the registry are
 * passed on, and so is the reason of `signal`: that is our failure, not the target's, and does not
 * count as an attempt.
 */
export function createAttempt(needs: AttemptNeeds) {
  const { events, registry, send, clock, mark, holdBody = sendAtOnce } = needs

  return async function attempt(delivery: Delivery, signal?: AbortSignal): Promise<Verdict> {
    const webhook = await registry.webhooks.get(delivery.tenantId, delivery.webhookId)
    if (!webhook) return { kind: 'done' } // deleted: no one is left to tell
    if (!webhook.enabled) return { kind: 'park' }
    const read = () => readBody(delivery)
    const verdict = await holdBody(delivery.tenantId, read, (body) => post(body), signal)
    return verdict ?? { kind: 'bury', reason: 'its events have expired' }

    async function post(body: string): Promise<Verdict> {
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Nonius-Webhooks',
        ...signedHeaders(webhook!.secret, delivery.deliveryId, clock.now(), body),
      }
      const reply = await send(webhook!.targetUrl, headers, body, signal)
      const verdict = judge(reply, delivery.attempts, clock.now())
      if (verdict.kind !== 'gone' || (await disable(webhook!))) return verdict
      // Somebody changed the webhook since: the target's reply is about its former state.
      return { kind: 'retry', delayMs: 0, reason: verdict.reason }
    }
  }

  /** Reads the body of a delivery. @returns undefined when none of its events is stored any more */
  async function readBody(delivery: Delivery): Promise<string | undefined> {
    const { tenantId, eventIds, enqueuedAt } = delivery
    const found = await Promise.all(eventIds.map((id) => events.get(tenantId, id)))
    const records = found.flatMap((record) => record ?? [])
    return records.length === 0 ? undefined : payloadOf(enqueuedAt, records)
  }

  /**
   * Disables a webhook unless it was changed since it was read. @returns whether this disabled it
   */
  function disable(webhook: Webhook): Promise<boolean> {
    const updatedAt = changedAt(webhook, clock.now())
    const owed = owedWhen(false, mark(), webhook)
    return registry.webhooks.replace(webhook, { ...webhook, enabled: false, owed, updatedAt })
  }
}

/**
 * Returns a time later than the change before, even within its millisecond and when the clock is
 * set back.
 */
export function changedAt({ updatedAt }: Pick<Webhook, 'updatedAt'>, now: Date): string {
  return new Date(Math.max(now.getTime(), Date.parse(updatedAt) + 1)).toISOString()
}

const sendAtOnce: HoldBody = async (_tenantId, read, use) => {
  const body = await read()
  return body === undefined ? undefined : use(body)
}
