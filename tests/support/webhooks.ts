import type { EventRecord } from '../../src/event/record'
import type { Clock } from '../../src/platform/clock'
import type { AttemptRecord, Delivery } from '../../src/platform/delivery-queue'
import type { Webhook } from '../../src/platform/registry/webhooks'
import { newWebhookSecret } from '../../src/webhooks/message/secret'

export const start = new Date('2026-03-02T08:00:00.000Z')

/** Stands still until it is turned. */
export function aClock(at: Date = start): Clock & { advance(ms: number): void } {
  let now = at.getTime()
  return {
    now: () => new Date(now),
    monotonic: () => now,
    advance(ms) {
      now += ms
    },
  }
}

let made = 0

export function aRecord(more: Partial<EventRecord> = {}): EventRecord {
  made += 1
  const eventId = `urn:uuid:00000000-0000-4000-8000-${made.toString().padStart(12, '0')}`
  return {
    kind: 'event',
    tenantId: 'north',
    sourceId: 'lms',
    eventId,
    standard: 'caliper',
    type: 'ViewEvent',
    action: 'Viewed',
    actorId: 'https://example.edu/users/1',
    objectId: 'https://example.edu/pages/1',
    eventTime: start.toISOString(),
    receivedAt: start.toISOString(),
    privacyLevel: 'standard',
    retentionClass: 'standard',
    expiresAt: '2036-01-01T00:00:00.000Z',
    conformant: true,
    issueCodes: [],
    server: { requestId: 'req_1' },
    raw: JSON.stringify({ id: eventId, type: 'ViewEvent', grüße: '☕' }),
    ...more,
  }
}

export function aWebhook(more: Partial<Webhook> = {}): Webhook {
  made += 1
  return {
    // As long as all others: lists are sorted by it.
    webhookId: `whk_${made.toString().padStart(6, '0')}`,
    tenantId: 'north',
    name: 'Dashboard',
    targetUrl: 'https://hooks.example.com/in',
    events: ['ViewEvent'],
    filters: [],
    enabled: true,
    secret: newWebhookSecret(),
    createdAt: start.toISOString(),
    updatedAt: start.toISOString(),
    ...more,
  }
}

export function aDelivery(more: Partial<Delivery> = {}): Delivery {
  made += 1
  return {
    deliveryId: `msg_${made}`,
    tenantId: 'north',
    webhookId: 'whk_1',
    eventIds: [`urn:example:${made}`],
    enqueuedAt: start.toISOString(),
    attempts: 0,
    ...more,
  }
}

/** An attempt that was answered 200; with an error, it failed. */
export function anAttempt(more: Partial<AttemptRecord> = {}): AttemptRecord {
  return { at: start.toISOString(), latencyMs: 12, status: 200, response: 'ok', ...more }
}
