import { createRoute, z } from '@hono/zod-openapi'
import { AppError } from '../../error/app-error'
import type { Guard } from '../../outbound/guard'
import type { Webhook } from '../../platform/registry/webhooks'
import { owedWhen } from '../../webhooks/owed'
import { newWebhookId, newWebhookSecret } from '../../webhooks/secret'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { readJson } from '../json-body'
import { jsonBody, jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import {
  CreatedWebhook,
  filtersOf,
  settingsExample,
  viewExample,
  viewOf,
  WebhookSettings,
} from './schemas'

const route = createRoute({
  method: 'post',
  path: '/webhooks',
  operationId: 'createWebhook',
  tags: ['Webhooks'],
  summary: 'Have events sent to a URL',
  description:
    'Scope `webhooks:write`. From now on, stored events that match are posted to the target as `{ "type": "events", "timestamp", "data": [event, …] }`, each exactly as it was sent, at most 100 at a time, signed as Standard Webhooks says. What the target does not answer with 2xx within 15 s is sent again, up to 11 times in three days; 410 disables the webhook. A tenant may have so many webhooks and no more, 1,000 unless the operator says otherwise.',
  ...keyed,
  request: {
    body: jsonBody(WebhookSettings, { description: 'The webhook', example: settingsExample }),
  },
  responses: {
    201: jsonReply(
      CreatedWebhook,
      {
        description: 'The webhook, with its secret: keep it, it is not shown again',
        example: { ...viewExample, secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazqE3NAwaXk=' },
      },
      { Location: z.string().openapi({ description: 'Its address' }) },
    ),
    ...problems(
      'invalid_request',
      'invalid_json',
      'invalid_encoding',
      'invalid_target',
      'unauthenticated',
      'forbidden',
      'limit_reached',
      'too_large',
      'unsupported_media_type',
      'unavailable',
    ),
  },
})

export function createWebhook(app: App, { platform, options }: AppDeps, guard: Guard) {
  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'webhooks:write')
    const { filters, ...settings } = await readJson(c, WebhookSettings, options.config)
    await guard.check(settings.targetUrl)

    const now = options.clock.now().toISOString()
    const webhook: Webhook = {
      ...settings,
      filters: filtersOf(filters),
      webhookId: newWebhookId(),
      tenantId,
      secret: newWebhookSecret(),
      owed: owedWhen(settings.enabled, platform.mark()),
      createdAt: now,
      updatedAt: now,
    }
    const { maxWebhooks } = options.config
    if (!(await platform.registry.webhooks.add(webhook, maxWebhooks)))
      throw limitReached(maxWebhooks)
    c.header('Location', `/webhooks/${webhook.webhookId}`)
    c.header('Cache-Control', 'no-store')
    // The only time the secret leaves us.
    return c.json({ ...viewOf(webhook), secret: webhook.secret }, 201)
  })
}

function limitReached(most: number): AppError {
  const detail = `You have ${most} webhooks, as many as one tenant may have here (NONIUS_MAX_WEBHOOKS). Delete one, or have one target take more events.`
  return new AppError('limit_reached', detail)
}
