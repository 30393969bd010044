import { steps } from '../../webhooks/replays/steps'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { findWebhook } from './find-webhook'
import {
  noSuchReplay,
  ReplayParams,
  replayExample,
  replayViewOf,
  WebhookReplayView,
} from './replay-view'

const told = {
  pause: {
    summary: 'Pause a replay',
    description: 'What was queued already is delivered all the same.',
    example: { ...replayExample, status: 'paused' as const },
  },
  resume: {
    summary: 'Resume a replay that is paused',
    description: 'It goes on where it was.',
    example: replayExample,
  },
  cancel: {
    summary: 'End a replay before its time',
    description: 'What was queued already is delivered all the same. It cannot be resumed.',
    example: {
      ...replayExample,
      status: 'cancelled' as const,
      finishedAt: '2026-11-21T10:02:00.000Z',
    },
  },
}

/** One route for each: they differ in their last step alone. */
const routes = steps.map((step) => {
  const { summary, description, example } = told[step]
  const route = createRoute({
    method: 'post',
    path: `/webhooks/{id}/replays/{replayId}/${step}`,
    operationId: `${step}WebhookReplay`,
    tags: ['Webhooks'],
    summary,
    description: `Scope \`webhooks:write\`. ${description}`,
    ...keyed,
    request: { params: ReplayParams },
    responses: {
      200: jsonReply(WebhookReplayView, { description: 'The replay as it is now', example }),
      ...problems(
        'unauthenticated',
        'forbidden',
        'not_found',
        'wrong_state',
        'unavailable',
        'busy',
      ),
    },
  })
  return { step, route }
})

export function steerReplay(app: App, deps: AppDeps) {
  const { webhookReplays } = deps.services
  const admit = keyWith('webhooks:write')
  for (const { step, route } of routes) {
    operation(app, route, { admit }, async (c, { principal, params, reply }) => {
      const { tenantId, webhookId } = await findWebhook(deps, principal.tenantId, params.id)
      const { replayId } = params
      const replay = await webhookReplays.steer({ tenantId, webhookId, replayId }, step)
      if (replay === undefined) throw noSuchReplay()
      c.header('Cache-Control', 'no-store')
      return reply.json(c, 200, replayViewOf(replay))
    })
  }
}
