import { createRoute, z } from '@hono/zod-openapi'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { noSuchWebhook, WebhookParams } from './find-webhook'

const route = createRoute({
  method: 'delete',
  path: '/webhooks/{id}',
  operationId: 'deleteWebhook',
  tags: ['Webhooks'],
  summary: 'Delete a webhook',
  description: 'Scope `webhooks:write`. Deliveries that wait are dropped.',
  ...keyed,
  request: { params: WebhookParams },
  responses: {
    204: { description: 'It is deleted', headers: z.object(requestIdHeader) },
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function deleteWebhook(app: App, { platform }: AppDeps) {
  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'webhooks:write')
    const id = c.req.param('id') ?? ''
    const isDeleted = await platform.registry.webhooks.delete(tenantId, id)
    // Also when it is gone already: whoever deleted it may have come no further.
    await platform.deliveries.drop(tenantId, id)
    if (!isDeleted) throw noSuchWebhook()
    return c.body(null, 204)
  })
}
