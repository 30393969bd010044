import { AppError } from '../../error/app-error'
import type { Webhook } from '../../platform/registry/webhooks'
import { newWebhookId, newWebhookSecret } from '../../webhooks/message/secret'
import { owedFrom } from '../../webhooks/state/owed'
import type { CheckTarget } from '../../webhooks/target/target'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { linkTo } from '../links'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { webhookAudited } from './audited'
import { NewWebhook, settingsExample } from './schemas'
import { storedOf } from './stored-settings'
import { CreatedWebhook, viewExample, viewOf } from './view'

const route = createRoute({
  method: 'post',
  path: '/webhooks',
  operationId: 'createWebhook',
  tags: ['Webhooks'],
  summary: 'Have events sent to a URL',
  description:
    'Scope `webhooks:write`. `targetUrl` alone will do. From now on, stored events that match are posted to the target as `{ "type": "events", "timestamp", "data": [event, …] }`, each as it was sent, at most 100 at a time, or as the settings say, signed as Standard Webhooks says. What the target does not answer with 2xx within 15 s is sent again, up to 11 times in three days; 410 disables the webhook. A tenant may have so many webhooks and no more, 1,000 unless the operator says otherwise.',
  ...keyed,
  request: {
    body: jsonBody(NewWebhook, { description: 'The webhook', example: settingsExample }),
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
    ...jsonBodyProblems('invalid_target', 'limit_reached'),
  },
})

export function createWebhook(app: App, deps: AppDeps, checkTarget: CheckTarget) {
  const { platform, options } = deps
  const hidden = ['headers', 'secret']
  const checks = { admit: keyWith('webhooks:write'), limits: options.config, hidden }
  operation(app, route, checks, async (c, { principal, body, reply }) => {
    const { tenantId } = principal
    const { secret = newWebhookSecret(), ...settings } = body
    await checkTarget(tenantId, settings.targetUrl)

    const now = options.clock.now().toISOString()
    const webhook: Webhook = {
      ...storedOf(settings, now),
      webhookId: newWebhookId(),
      tenantId,
      secret,
      owed: owedFrom(platform.mark()),
      createdAt: now,
      updatedAt: now,
    }
    const { maxWebhooks } = options.config
    if (!(await platform.registry.webhooks.add(webhook, maxWebhooks)))
      throw limitReached(maxWebhooks)
    await webhookAudited(deps, principal, 'created', webhook)
    c.header('Location', linkTo(c, `/webhooks/${webhook.webhookId}`))
    c.header('Cache-Control', 'no-store')
    // The secret leaves us this once.
    return reply.json(c, 201, { ...viewOf(webhook), secret: webhook.secret })
  })
}

function limitReached(most: number): AppError {
  const detail = `You have ${most} webhooks, as many as one tenant may have here (NONIUS_MAX_WEBHOOKS). Delete one, or have one target take more events.`
  return new AppError('limit_reached', detail)
}
