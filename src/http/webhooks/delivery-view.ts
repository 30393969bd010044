import { type DeliveryEntry, deliveryStatuses } from '../../platform/delivery-log'
import type { AttemptRecord } from '../../platform/delivery-queue'
import { z } from '../zod'

const time = z.iso.datetime()

const attempt = {
  responseStatus: z.int().optional().openapi({ description: 'Absent when there was no answer' }),
  latencyMs: z.int(),
  error: z.string().optional().openapi({
    description: 'Why it failed, in words, e.g. `HTTP 503` or `name does not resolve`',
  }),
  response: z.string().optional().openapi({ description: 'The first 4 KB of the answer' }),
}

export const DeliveryAttempt = z.object({ at: time, ...attempt }).openapi('DeliveryAttempt')

const status = z.enum(deliveryStatuses).openapi({
  description:
    '`pending`: waits or is under way; `held`: its webhook is disabled; `failed`: given up, and can be tried again',
})

/** The list shows this of a delivery; of its attempts, the last. */
export const DeliveryView = z
  .object({
    id: z.string().openapi({ description: 'The `webhook-id` of each attempt' }),
    status,
    attempts: z.int().openapi({ description: 'So many were made' }),
    ...attempt,
    latencyMs: attempt.latencyMs.optional(),
    reason: z.string().optional().openapi({ description: 'Why it was given up' }),
    nextAttemptAt: time.optional().openapi({ description: 'At once, when it is past' }),
    eventIds: z.array(z.string()),
    notice: z.string().optional().openapi({
      description: 'A notice of Nonius itself, which has no events, e.g. `nonius.webhook.failing`',
    }),
    enqueuedAt: time,
    endedAt: time.optional().openapi({ description: 'It was delivered, or given up' }),
  })
  .openapi('WebhookDelivery')

export function viewOfAttempt({
  at,
  latencyMs,
  status,
  error,
  response,
}: AttemptRecord): z.output<typeof DeliveryAttempt> {
  return {
    at,
    latencyMs,
    ...(status !== undefined && { responseStatus: status }),
    ...(error !== undefined && { error }),
    ...(response !== undefined && { response }),
  }
}

export function viewOfDelivery(entry: DeliveryEntry): z.output<typeof DeliveryView> {
  const { deliveryId: id, status, tries, nextAttemptAt, eventIds, notice } = entry
  const { enqueuedAt, endedAt, reason } = entry
  const isDelivered = status === 'delivered'
  const { at: _, ...last } = viewOfAttempt(tries.at(-1) ?? { at: '', latencyMs: 0 })
  const error = last.error ?? entry.lastFailure
  return {
    ...{ id, status },
    // A delivery that is tried anew counts anew, and remembers the former ones all the same.
    attempts: Math.max(entry.attempts + (isDelivered ? 1 : 0), tries.length),
    ...(tries.length > 0 && last),
    ...(error !== undefined && !isDelivered && { error }),
    ...(reason !== undefined && status === 'failed' && { reason }),
    ...(nextAttemptAt !== undefined && status === 'pending' && { nextAttemptAt }),
    eventIds,
    ...(notice && { notice: notice.type }),
    enqueuedAt,
    ...(endedAt !== undefined && { endedAt }),
  }
}

export const deliveryExample = {
  id: 'msg_8d1c6f0a4be5f2a3d97e6b1c0f3a5d8e7b2c4a69',
  status: 'pending' as const,
  attempts: 2,
  responseStatus: 503,
  latencyMs: 87,
  error: 'HTTP 503',
  response: 'Service Unavailable',
  nextAttemptAt: '2026-11-15T10:15:37.204Z',
  eventIds: ['urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211'],
  enqueuedAt: '2026-11-15T10:15:00.000Z',
}
