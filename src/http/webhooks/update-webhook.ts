import { changedAt } from '../../webhooks/attempt'
import { owedWhen } from '../../webhooks/owed'
import type { CheckTarget } from '../../webhooks/target'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { replaceStored } from '../replace-stored'
import { createRoute } from '../route'
import { findWebhook, WebhookParams } from './find-webhook'
import { settingsExample, viewExample, viewOf, WebhookSettings, WebhookView } from './schemas'

const route = createRoute({
  method: 'put',
  path: '/webhooks/{id}',
  operationId: 'updateWebhook',
  tags: ['Webhooks'],
  summary: 'Replace the settings of a webhook',
  description:
    'Scope `webhooks:write`. What is left out is set to its default. The secret stays. Deliveries that wait go to the new target. Those that came due while it was disabled go out when it is enabled; should the answer be 503, send the same again.',
  ...keyed,
  request: {
    params: WebhookParams,
    body: jsonBody(WebhookSettings, { description: 'All settings', example: settingsExample }),
  },
  responses: {
    200: jsonReply(WebhookView, { description: 'The webhook as it is now', example: viewExample }),
    ...jsonBodyProblems('invalid_target', 'not_found'),
  },
})

export function updateWebhook(app: App, deps: AppDeps, checkTarget: CheckTarget) {
  const { platform, options } = deps
  const checks = { admit: keyWith('webhooks:write'), limits: options.config }
  operation(app, route, checks, async (c, { principal: { tenantId }, params, body, reply }) => {
    const settings = body
    const webhook = await replaceStored({
      find: () => findWebhook(deps, tenantId, params.id),
      check: () => checkTarget(tenantId, settings.targetUrl),
      async replace(stored) {
        const updatedAt = changedAt(stored, options.clock.now())
        const owed = owedWhen(settings.enabled, platform.mark(), stored)
        const webhook = { ...stored, ...settings, owed, updatedAt }
        return (await platform.registry.webhooks.replace(stored, webhook)) ? webhook : undefined
      },
    })
    if (webhook.enabled) await platform.deliveries.release(tenantId, webhook.webhookId)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(webhook))
  })
}
