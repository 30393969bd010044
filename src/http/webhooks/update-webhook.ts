import { createRoute } from '@hono/zod-openapi'
import type { Guard } from '../../outbound/guard'
import { owedWhen } from '../../webhooks/owed'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { readJson } from '../json-body'
import { jsonBody, jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { findWebhook, WebhookParams } from './find-webhook'
import {
  filtersOf,
  settingsExample,
  viewExample,
  viewOf,
  WebhookSettings,
  WebhookView,
} from './schemas'

const route = createRoute({
  method: 'put',
  path: '/webhooks/{id}',
  operationId: 'updateWebhook',
  tags: ['Webhooks'],
  summary: 'Replace the settings of a webhook',
  description:
    'Scope `webhooks:write`. What is left out is set to its default. The secret stays. Deliveries that wait go to the new target.',
  ...keyed,
  request: {
    params: WebhookParams,
    body: jsonBody(WebhookSettings, { description: 'All settings', example: settingsExample }),
  },
  responses: {
    200: jsonReply(WebhookView, { description: 'The webhook as it is now', example: viewExample }),
    ...problems(
      'invalid_request',
      'invalid_json',
      'invalid_encoding',
      'invalid_target',
      'unauthenticated',
      'forbidden',
      'not_found',
      'too_large',
      'unsupported_media_type',
      'unavailable',
    ),
  },
})

export function updateWebhook(app: App, deps: AppDeps, guard: Guard) {
  const { platform, options } = deps
  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'webhooks:write')
    const { filters, ...settings } = await readJson(c, WebhookSettings, options.config)
    await findWebhook(c, deps, tenantId) // nothing there is said before the target is looked up
    await guard.check(settings.targetUrl)

    // As it is now: the check may have taken a while.
    const kept = await findWebhook(c, deps, tenantId)
    const updatedAt = options.clock.now().toISOString()
    const owed = owedWhen(settings.enabled, platform.mark(), kept)
    const webhook = { ...kept, owed, ...settings, filters: filtersOf(filters), updatedAt }
    await platform.registry.putWebhook(webhook)
    c.header('Cache-Control', 'no-store')
    return c.json(viewOf(webhook))
  })
}
