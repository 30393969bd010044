import type { AttemptFigures, Backlog } from '../../platform/delivery-log'
import type { Webhook } from '../../platform/registry/webhooks'
import { percentileOf } from '../../syntax/latency'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { time } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'
import { findWebhook, WebhookParams } from './find-webhook'

const Query = z.strictObject({
  since: time(
    'Attempts from this time on, with all of its hour; the last 24 hours when left out',
    '2026-11-21T09:30:00Z',
  ),
})

const ms = z.number().optional()

const Stats = z
  .object({
    since: z.iso.datetime().openapi({ description: 'Attempts are counted from then on' }),
    attempts: z.object({ succeeded: z.int(), failed: z.int() }),
    successRate: z.number().min(0).max(1).optional().openapi({
      description: 'Of the attempts, how many were answered with 2xx; absent when there were none',
    }),
    latencyMs: z.object({ p50: ms, p95: ms }).openapi({
      description: 'Half of the attempts, and 95 in 100, were not slower; to within a fifth',
    }),
    backlog: z.object({
      pending: z.int(),
      held: z.int(),
      failed: z.int(),
      isExact: z.boolean().openapi({ description: 'If false, there are more than were counted' }),
    }),
    oldestUndeliveredAt: z.iso.datetime().optional().openapi({
      description: 'The oldest that is pending or held was enqueued then',
    }),
    health: z
      .object({ failingSince: z.iso.datetime(), failures: z.int(), lastFailure: z.string() })
      .optional()
      .openapi({ description: 'Absent while it is well' }),
  })
  .openapi('WebhookStats')

const route = createRoute({
  method: 'get',
  path: '/webhooks/{id}/stats',
  operationId: 'getWebhookStats',
  tags: ['Webhooks'],
  summary: 'See how a webhook fares',
  description: 'Scope `webhooks:read`.',
  ...keyed,
  request: { params: WebhookParams, query: Query },
  responses: {
    200: jsonReply(Stats, {
      description: 'Its figures',
      example: {
        since: '2026-11-14T10:00:00.000Z',
        attempts: { succeeded: 1412, failed: 3 },
        successRate: 0.9978798586572438,
        latencyMs: { p50: 54, p95: 152 },
        backlog: { pending: 1, held: 0, failed: 0, isExact: true },
        oldestUndeliveredAt: '2026-11-15T10:15:00.000Z',
      },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

export function getWebhookStats(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const admit = keyWith('webhooks:read')
  operation(app, route, { admit }, async (c, { principal, params, query, reply }) => {
    const { tenantId } = principal
    const webhook = await findWebhook(deps, tenantId, params.id)
    const nowMs = options.clock.now().getTime()
    const sinceMs = query.since === undefined ? nowMs - DAY_MS : Date.parse(query.since)
    const since = new Date(Math.floor(sinceMs / HOUR_MS) * HOUR_MS).toISOString()
    const [figures, backlog] = await Promise.all([
      platform.deliveries.figures(tenantId, params.id, since),
      platform.deliveries.backlog(tenantId, params.id),
    ])
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { since, ...statsOf(figures, backlog), ...healthOf(webhook) })
  })
}

function statsOf({ succeeded, failed, latency }: AttemptFigures, backlog: Backlog) {
  const { oldestAt, ...counts } = backlog
  const all = succeeded + failed
  const percentiles = { p50: wholeMs(latency, 0.5), p95: wholeMs(latency, 0.95) }
  return {
    attempts: { succeeded, failed },
    ...(all > 0 && { successRate: Math.round((succeeded / all) * 10_000) / 10_000 }),
    latencyMs: Object.fromEntries(
      Object.entries(percentiles).filter(([, value]) => value !== undefined),
    ),
    backlog: counts,
    ...(oldestAt !== undefined && { oldestUndeliveredAt: oldestAt }),
  }
}

/** Buckets tell times apart to within a fifth: no digit behind the point means anything. */
function wholeMs(latency: AttemptFigures['latency'], share: number): number | undefined {
  const ms = percentileOf(latency, share)
  return ms && Math.round(ms)
}

function healthOf({ health }: Webhook) {
  if (health === undefined) return {}
  const { failingSince, failures, lastFailure } = health
  return { health: { failingSince, failures, lastFailure } }
}
