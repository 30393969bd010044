import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { findWebhook, WebhookParams } from './find-webhook'
import { viewExample, viewOf, WebhookView } from './view'

const route = createRoute({
  method: 'get',
  path: '/webhooks/{id}',
  operationId: 'getWebhook',
  tags: ['Webhooks'],
  summary: 'Read one webhook',
  description: 'Scope `webhooks:read`. Its secret is not shown.',
  ...keyed,
  request: { params: WebhookParams },
  responses: {
    200: jsonReply(WebhookView, { description: 'The webhook', example: viewExample }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getWebhook(app: App, deps: AppDeps) {
  const admit = keyWith('webhooks:read')
  operation(app, route, { admit }, async (c, { principal, params, reply }) => {
    const webhook = await findWebhook(deps, principal.tenantId, params.id)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(webhook))
  })
}
