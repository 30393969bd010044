import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { time } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'
import { findWebhook, WebhookParams } from './find-webhook'

const since = time('Only what was enqueued from this time on', '2026-11-21T09:30:00Z')

const Asked = z
  .strictObject({ since, status: z.literal('failed').default('failed') })
  .openapi('RetryDeliveries')

const Retried = z
  .object({
    retried: z.int().openapi({ description: 'So many are tried again' }),
    isAll: z.boolean().openapi({ description: 'If false, there are more: send the same again' }),
  })
  .openapi('RetriedDeliveries')

const route = createRoute({
  method: 'post',
  path: '/webhooks/{id}/retry',
  operationId: 'retryDeliveries',
  tags: ['Webhooks'],
  summary: 'Try everything again that was given up',
  description:
    'Scope `webhooks:write`. What failed is `pending` and due at once, the oldest first, with as many attempts as if it were new; up to 10,000 in a call.',
  ...keyed,
  request: {
    params: WebhookParams,
    body: jsonBody(Asked, {
      description: 'What is to be tried again',
      example: { since: '2026-11-21T09:30:00Z', status: 'failed' },
    }),
  },
  responses: {
    200: jsonReply(Retried, { description: 'Done', example: { retried: 214, isAll: true } }),
    ...jsonBodyProblems('not_found'),
  },
})

// One call is some seconds' work at most: each is a write.
const MOST = 10_000
const MAX_MS = 10_000
const STEP = 500

export function retryDeliveries(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const { clock } = options
  const checks = { admit: keyWith('webhooks:write'), limits: options.config }
  operation(app, route, checks, async (c, { principal: { tenantId }, params, body, reply }) => {
    const { webhookId } = await findWebhook(deps, tenantId, params.id)
    const endedBefore = clock.now().toISOString()
    const endsAt = clock.monotonic() + MAX_MS
    const again = () =>
      platform.deliveries.againAll(tenantId, webhookId, STEP, body.since, endedBefore)
    let retried = 0
    let isAll = false
    while (!isAll && retried < MOST && clock.monotonic() < endsAt) {
      const some = await again()
      retried += some
      isAll = some < STEP
    }
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { retried, isAll })
  })
}
