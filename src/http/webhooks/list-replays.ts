import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { findWebhook, WebhookParams } from './find-webhook'
import { replayExample, replayViewOf, WebhookReplayView } from './replay-view'

const ReplayList = z.object({ replays: z.array(WebhookReplayView) }).openapi('WebhookReplayList')

const route = createRoute({
  method: 'get',
  path: '/webhooks/{id}/replays',
  operationId: 'listWebhookReplays',
  tags: ['Webhooks'],
  summary: "List a webhook's replays, the latest first",
  description:
    'Scope `webhooks:read`. The fifty latest are remembered, for 30 days after they ended.',
  ...keyed,
  request: { params: WebhookParams },
  responses: {
    200: jsonReply(ReplayList, {
      description: 'All that are remembered',
      example: { replays: [replayExample] },
    }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function listReplays(app: App, deps: AppDeps) {
  const { webhookReplays } = deps.services
  const admit = keyWith('webhooks:read')
  operation(app, route, { admit }, async (c, { principal, params, reply }) => {
    const { tenantId, webhookId } = await findWebhook(deps, principal.tenantId, params.id)
    const replays = await webhookReplays.list(tenantId, webhookId)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { replays: replays.map(replayViewOf) })
  })
}
