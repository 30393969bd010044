import { createRoute, z } from '@hono/zod-openapi'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { viewExample, viewOf, WebhookView } from './schemas'

const WebhookList = z.object({ webhooks: z.array(WebhookView) }).openapi('WebhookList')

const route = createRoute({
  method: 'get',
  path: '/webhooks',
  operationId: 'listWebhooks',
  tags: ['Webhooks'],
  summary: 'List your webhooks, oldest first',
  description: 'Scope `webhooks:read`. Secrets are not shown.',
  ...keyed,
  responses: {
    200: jsonReply(WebhookList, {
      description: 'All of them',
      example: { webhooks: [viewExample] },
    }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listWebhooks(app: App, { platform }: AppDeps) {
  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'webhooks:read')
    const webhooks = await platform.registry.listWebhooks(tenantId)
    c.header('Cache-Control', 'no-store')
    return c.json({ webhooks: webhooks.map(viewOf) })
  })
}
