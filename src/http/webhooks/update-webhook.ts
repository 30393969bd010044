import type { CheckTarget } from '../../webhooks/target/target'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { webhookAudited } from './audited'
import { changeSettings } from './change-settings'
import { WebhookParams } from './find-webhook'
import { settingsExample, WebhookReplacement } from './schemas'
import { viewExample, viewOf, WebhookView } from './view'

const route = createRoute({
  method: 'put',
  path: '/webhooks/{id}',
  operationId: 'updateWebhook',
  tags: ['Webhooks'],
  summary: 'Replace the settings of a webhook',
  description:
    'Scope `webhooks:write`. What is left out is set to its default, headers included. The secret and the key pair stay. Deliveries that wait go to the new target. Those that came due while it was disabled go out when it is enabled; should the answer be 503, send the same again.',
  ...keyed,
  request: {
    params: WebhookParams,
    body: jsonBody(WebhookReplacement, { description: 'All settings', example: settingsExample }),
  },
  responses: {
    200: jsonReply(WebhookView, { description: 'The webhook as it is now', example: viewExample }),
    ...jsonBodyProblems('invalid_target', 'not_found', 'limit_reached'),
  },
})

export function updateWebhook(app: App, deps: AppDeps, checkTarget: CheckTarget) {
  const admit = keyWith('webhooks:write')
  const checks = { admit, limits: deps.options.config, hidden: ['headers'] }
  operation(app, route, checks, async (c, { principal, params, body, reply }) => {
    const { tenantId } = principal
    const { resumeFrom, ...settings } = body
    const { targetUrl } = settings
    const webhookId = params.id
    const settingsFor = () => settings
    const change = { tenantId, webhookId, targetUrl, resumeFrom, settingsFor }
    const webhook = await changeSettings(deps, checkTarget, change)
    await webhookAudited(deps, principal, 'changed', webhook)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(webhook))
  })
}
