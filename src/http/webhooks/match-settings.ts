import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import {
  isTriedOnce,
  MatchAnswer,
  matchEvents,
  matchExample,
  TRIED_ONCE,
  triedMembers,
} from './match-events'
import { SettingsToTry, settingsExample } from './schemas'

const TriedSettings = z
  .strictObject({ settings: SettingsToTry, ...triedMembers })
  .refine(isTriedOnce, { error: TRIED_ONCE })
  .openapi('TriedSettings')

const route = createRoute({
  method: 'post',
  path: '/webhooks/match',
  operationId: 'matchSettings',
  tags: ['Webhooks'],
  summary: 'Say which events a webhook would want, before it is made',
  description:
    'Scope `webhooks:write`. As `POST /webhooks/{id}/match`, for settings that are not stored; a target may be left out, and is not looked at.',
  ...keyed,
  request: {
    body: jsonBody(TriedSettings, {
      description: 'What to try',
      example: { settings: settingsExample, last: 100 },
    }),
  },
  responses: {
    200: jsonReply(MatchAnswer, { description: 'What matches', example: matchExample }),
    ...jsonBodyProblems('invalid_event', 'busy'),
  },
})

export function matchSettings(app: App, deps: AppDeps) {
  const checks = { admit: keyWith('webhooks:write'), limits: deps.options.config }
  operation(app, route, checks, async (c, { principal, body, reply }) => {
    const { settings, ...tried } = body
    const answer = await matchEvents(deps, c, principal, settings, tried)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, answer)
  })
}
