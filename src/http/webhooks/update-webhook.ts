import { createRoute } from '@hono/zod-openapi'
import { AppError } from '../../error/app-error'
import type { Guard } from '../../outbound/guard'
import type { Webhook } from '../../platform/registry/webhooks'
import { changedAt } from '../../webhooks/attempt'
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
    'Scope `webhooks:write`. What is left out is set to its default. The secret stays. Deliveries that wait go to the new target. Those that came due while it was disabled go out when it is enabled; should the answer be 503, send the same again.',
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

    const webhook = await replace(settings, filtersOf(filters))
    if (webhook.enabled) await platform.deliveries.release(tenantId, webhook.webhookId)
    c.header('Cache-Control', 'no-store')
    return c.json(viewOf(webhook))

    /** As it is now: the check may have taken a while, and others change it, too. */
    async function replace(changes: Partial<Webhook>, filters: Webhook['filters']) {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const kept = await findWebhook(c, deps, tenantId)
        const updatedAt = changedAt(kept, options.clock.now())
        const owed = owedWhen(changes.enabled ?? kept.enabled, platform.mark(), kept)
        const webhook = { ...kept, ...changes, filters, owed, updatedAt }
        if (await platform.registry.webhooks.replace(kept, webhook)) return webhook
      }
      throw new AppError('unavailable', 'It is being changed all the time; please try again.')
    }
  })
}

// Two people at once are enough to lose one try each.
const MAX_TRIES = 5
