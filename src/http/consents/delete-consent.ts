import { audited, personName } from '../audit'
import type { App, AppDeps } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { noConsent } from './get-consent'
import { ActorParams, consentManager } from './manager'

const route = createRoute({
  method: 'delete',
  path: '/privacy/consents/{actor}',
  operationId: 'deleteConsent',
  tags: ['Privacy'],
  summary: 'Forget what a person decided',
  description:
    'Scope `admin` or `consents:write`. As if they had never been asked, which is no consent. To withdraw one, put `denied`.',
  ...keyed,
  request: { params: ActorParams },
  responses: {
    204: { description: 'It is forgotten', headers: z.object(requestIdHeader) },
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function deleteConsent(app: App, deps: AppDeps) {
  const { services } = deps
  operation(app, route, { admit: consentManager }, async (c, { principal, params, reply }) => {
    const { tenantId } = principal
    if (!(await services.consents.remove(tenantId, params.actor))) throw noConsent()
    const target = await personName(deps, tenantId, params.actor)
    await audited(deps, principal, { action: 'consent.forgotten', target })
    return reply.empty(c, 204)
  })
}
