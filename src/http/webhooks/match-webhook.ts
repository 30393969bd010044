import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { findWebhook, WebhookParams } from './find-webhook'
import {
  isTriedOnce,
  MatchAnswer,
  matchEvents,
  matchExample,
  TRIED_ONCE,
  triedMembers,
} from './match-events'

const Tried = z
  .strictObject(triedMembers)
  .refine(isTriedOnce, { error: TRIED_ONCE })
  .openapi('TriedEvents')

const route = createRoute({
  method: 'post',
  path: '/webhooks/{id}/match',
  operationId: 'matchWebhook',
  tags: ['Webhooks'],
  summary: 'Say which events a webhook wants, and why',
  description:
    'Scope `webhooks:write`: what is said of events is what a webhook could be sent. An event is read as its standard has it, and not stored. Of the events that arrived last, so many are looked at as 16 MB hold, and their reasons 2 MB, 100 at the most; described entities are among them where the webhook names types.',
  ...keyed,
  request: {
    params: WebhookParams,
    body: jsonBody(Tried, { description: 'What to try', example: { last: 100 } }),
  },
  responses: {
    200: jsonReply(MatchAnswer, { description: 'What matches', example: matchExample }),
    ...jsonBodyProblems('not_found', 'invalid_event', 'busy'),
  },
})

export function matchWebhook(app: App, deps: AppDeps) {
  const checks = { admit: keyWith('webhooks:write'), limits: deps.options.config }
  operation(app, route, checks, async (c, { principal, params, body, reply }) => {
    const webhook = await findWebhook(deps, principal.tenantId, params.id)
    const answer = await matchEvents(deps, c, principal, webhook, body)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, answer)
  })
}
