import { audited, personName } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { ActorParams, consentManager } from './manager'
import { ConsentView, consentBody, consentOf, viewExample, viewOf } from './schemas'

const PutConsentView = ConsentView.extend({
  stale: z
    .array(z.string())
    .openapi({ description: 'Categories of which a later decision is known, which stands' }),
}).openapi('PutConsent')

const routeWith = (body: ReturnType<typeof consentBody>) =>
  createRoute({
    method: 'put',
    path: '/privacy/consents/{actor}',
    operationId: 'putConsent',
    tags: ['Privacy'],
    summary: 'Say what a person granted or denied',
    description:
      'Scope `admin` or `consents:write`. Sets the categories that are named; the others stay. Takes effect with the next request. Of two decisions the later one stands, whichever arrives first.',
    ...keyed,
    request: {
      params: ActorParams,
      body: jsonBody(body, {
        description: 'The decision, and where it was given',
        example: { categories: { analytics: 'granted' }, evidence: 'form 2026/27' },
      }),
    },
    responses: {
      200: jsonReply(PutConsentView, {
        description: 'Everything the person decided',
        example: { ...viewExample, stale: [] },
      }),
      ...jsonBodyProblems('limit_reached'),
    },
  })

export function putConsent(app: App, deps: AppDeps) {
  const { options, services } = deps
  const route = routeWith(consentBody(options.clock))
  const checks = { admit: consentManager, limits: options.config, hidden: ['evidence'] }
  operation(app, route, checks, async (c, { principal, params, body, reply }) => {
    const { tenantId, keyId } = principal
    const given = consentOf(params.actor, body, { by: keyId, now: options.clock.now() })
    const { consent, changed, stale } = await services.consents.put(tenantId, given)
    if (changed.length > 0) {
      const person = await personName(deps, tenantId, params.actor)
      const details = { categories: body.categories, changed, stale }
      await audited(deps, principal, { action: 'consent.changed', target: person, details })
    }
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { ...viewOf(consent), stale })
  })
}
