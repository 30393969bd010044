import { createRoute } from '@hono/zod-openapi'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { findWebhook, WebhookParams } from './find-webhook'
import { viewExample, viewOf, WebhookView } from './schemas'

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
  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'webhooks:read')
    const webhook = await findWebhook(c, deps, tenantId)
    c.header('Cache-Control', 'no-store')
    return c.json(viewOf(webhook))
  })
}
