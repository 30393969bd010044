import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
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

export function deleteWebhook(app: App, deps: AppDeps) {
  const { platform } = deps
  const admit = keyWith('webhooks:write')
  operation(app, route, { admit }, async (c, { principal, params: { id }, reply }) => {
    const { tenantId } = principal
    const isDeleted = await platform.registry.webhooks.delete(tenantId, id)
    // Deliveries are dropped even when the webhook is gone: an earlier request may have stopped between.
    await platform.deliveries.drop(tenantId, id)
    if (!isDeleted) throw noSuchWebhook()
    await audited(deps, principal, { action: 'webhook.deleted', target: id })
    return reply.empty(c, 204)
  })
}
