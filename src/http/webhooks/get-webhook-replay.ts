import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { findWebhook } from './find-webhook'
import {
  noSuchReplay,
  ReplayParams,
  replayExample,
  replayViewOf,
  WebhookReplayView,
} from './replay-view'

const route = createRoute({
  method: 'get',
  path: '/webhooks/{id}/replays/{replayId}',
  operationId: 'getWebhookReplay',
  tags: ['Webhooks'],
  summary: "See how far a webhook's replay is",
  description: 'Scope `webhooks:read`.',
  ...keyed,
  request: { params: ReplayParams },
  responses: {
    200: jsonReply(WebhookReplayView, { description: 'The replay', example: replayExample }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getWebhookReplay(app: App, deps: AppDeps) {
  const { webhookReplays } = deps.services
  const admit = keyWith('webhooks:read')
  operation(app, route, { admit }, async (c, { principal, params, reply }) => {
    const { tenantId, webhookId } = await findWebhook(deps, principal.tenantId, params.id)
    const { replayId } = params
    const replay = await webhookReplays.get({ tenantId, webhookId, replayId })
    if (replay === undefined) throw noSuchReplay()
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, replayViewOf(replay))
  })
}
