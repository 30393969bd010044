import { AppError } from '../../error/app-error'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { ActorParams, consentManager } from './manager'
import { ConsentView, viewExample, viewOf } from './schemas'

const route = createRoute({
  method: 'get',
  path: '/privacy/consents/{actor}',
  operationId: 'getConsent',
  tags: ['Privacy'],
  summary: 'Read what a person decided',
  description: 'Scope `admin` or `consents:write`. With when, by whom and with what evidence.',
  ...keyed,
  request: { params: ActorParams },
  responses: {
    200: jsonReply(ConsentView, { description: 'The decisions', example: viewExample }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function noConsent(): AppError {
  return new AppError('not_found', 'Nothing is known of what this person decided.')
}

export function getConsent(app: App, { services }: AppDeps) {
  operation(app, route, { admit: consentManager }, async (c, { principal, params, reply }) => {
    const consent = await services.consents.get(principal.tenantId, params.actor)
    if (consent === undefined) throw noConsent()
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(consent))
  })
}
