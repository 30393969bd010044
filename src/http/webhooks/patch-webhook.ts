import type { CheckTarget } from '../../webhooks/target/target'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { parseAs } from '../validation'
import { webhookAudited } from './audited'
import { changeSettings } from './change-settings'
import { WebhookParams } from './find-webhook'
import { WebhookChanges, WebhookSettings } from './schemas'
import { changed, settingsOf } from './stored-settings'
import { viewExample, viewOf, WebhookView } from './view'

const route = createRoute({
  method: 'patch',
  path: '/webhooks/{id}',
  operationId: 'patchWebhook',
  tags: ['Webhooks'],
  summary: 'Change some settings of a webhook',
  description:
    'Scope `webhooks:write`. What is left out stays as it is; `null` stands for the default. `batch` and `headers` are changed member by member (JSON Merge Patch, RFC 7396), everything else is replaced whole. What comes of it is checked as if it were sent whole.',
  ...keyed,
  request: {
    params: WebhookParams,
    body: jsonBody(WebhookChanges, {
      description: 'What is to change',
      example: { enabled: true, resumeFrom: 'position' },
    }),
  },
  responses: {
    200: jsonReply(WebhookView, { description: 'The webhook as it is now', example: viewExample }),
    ...jsonBodyProblems('invalid_target', 'not_found', 'limit_reached'),
  },
})

const hidden = ['headers']

export function patchWebhook(app: App, deps: AppDeps, checkTarget: CheckTarget) {
  const checks = { admit: keyWith('webhooks:write'), limits: deps.options.config, hidden }
  operation(app, route, checks, async (c, { principal, params, body, reply }) => {
    const { tenantId } = principal
    const { resumeFrom, ...changes } = body
    const webhook = await changeSettings(deps, checkTarget, {
      tenantId,
      webhookId: params.id,
      targetUrl: changes.targetUrl,
      resumeFrom,
      settingsFor: (stored) =>
        parseAs(WebhookSettings, changed(settingsOf(stored), changes), hidden),
    })
    await webhookAudited(deps, principal, 'changed', webhook)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(webhook))
  })
}
