import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { linkTo } from '../links'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { time } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'
import { findWebhook, WebhookParams } from './find-webhook'
import { replayExample, replayViewOf, WebhookReplayView } from './replay-view'

const ReplaySettings = z
  .strictObject({
    from: time('What arrived from then on, inclusive', '2026-11-01').unwrap(),
    to: time('And before then; now, when it is left out or later', '2026-11-08'),
    types: z
      .array(z.string().min(1).max(1000))
      .min(1)
      .max(100)
      .optional()
      .openapi({ description: 'Only events of these types, of those that the webhook is sent' }),
  })
  .openapi('WebhookReplaySettings')

const route = createRoute({
  method: 'post',
  path: '/webhooks/{id}/replay',
  operationId: 'replayWebhook',
  tags: ['Webhooks'],
  summary: 'Send a webhook again what arrived before',
  description:
    'Scope `webhooks:write`. Events of the tenant that arrived within the range, and that match the webhook as it is now, are delivered again, whether or not they were before: from the hot store, and from the lake what the hot store has no more. They go in the order of their arrival (on AWS, what is still in the hot store goes in no order), beside what is new, with ids of their own. It goes on in the background: no more than some hundred deliveries wait at a time, and while the webhook is disabled it waits. A webhook has one replay at a time, a tenant twenty.',
  ...keyed,
  request: {
    params: WebhookParams,
    body: jsonBody(ReplaySettings, {
      description: 'Which events, by the time of their arrival',
      example: { from: '2026-11-01', types: ['GradeEvent'] },
    }),
  },
  responses: {
    202: jsonReply(
      WebhookReplayView,
      { description: 'It goes on in the background', example: replayExample },
      { Location: z.string().openapi({ description: 'Where to see how far it is' }) },
    ),
    ...jsonBodyProblems('not_found', 'limit_reached'),
  },
})

export function replayWebhook(app: App, deps: AppDeps) {
  const { webhookReplays } = deps.services
  const checks = { admit: keyWith('webhooks:write'), limits: deps.options.config }
  operation(app, route, checks, async (c, { principal, params, body, reply }) => {
    const webhook = await findWebhook(deps, principal.tenantId, params.id)
    const replay = await webhookReplays.begin(webhook, body)
    const details = { replayId: replay.replayId, ...body }
    await audited(deps, principal, { action: 'webhook.replayed', target: params.id, details })
    c.header('Cache-Control', 'no-store')
    c.header('Location', linkTo(c, `/webhooks/${params.id}/replays/${replay.replayId}`))
    return reply.json(c, 202, replayViewOf(replay))
  })
}
