import { AppError } from '../../../error/app-error'
import { PARENTAL } from '../../../governance/consents/consents'
import { audited, personName } from '../../audit'
import { ConsentView, consentCategories, viewExample, viewOf } from '../../consents/schemas'
import type { App, AppDeps } from '../../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { z } from '../../zod'
import { personThemself } from './me'

const route = createRoute({
  method: 'put',
  path: '/privacy/me/consents',
  operationId: 'putMyConsents',
  tags: ['Privacy'],
  summary: 'Grant or deny categories yourself',
  description:
    'A person’s token, and no key. Sets the categories that are named; the others stay. Takes effect with the next request. `parental` is for the organisation to report: nobody is their own parent.',
  ...keyed,
  request: {
    body: jsonBody(z.strictObject({ categories: consentCategories }).openapi('MyConsents'), {
      description: 'What you decide',
      example: { categories: { analytics: 'denied' } },
    }),
  },
  responses: {
    200: jsonReply(ConsentView, { description: 'Everything you decided', example: viewExample }),
    ...jsonBodyProblems('limit_reached'),
  },
})

export function putMyConsents(app: App, deps: AppDeps) {
  const { options, services } = deps
  const checks = { admit: personThemself, limits: options.config }
  operation(app, route, checks, async (c, { principal, body, reply }) => {
    const { tenantId, keyId: by, person } = principal
    const { categories } = body
    if (Object.hasOwn(categories, PARENTAL)) {
      const message = 'Is for the organisation to report'
      const errors = [{ path: ['categories', PARENTAL], message, code: 'not_yours' }]
      throw new AppError('forbidden', `categories.${PARENTAL}: ${message}.`, { errors })
    }
    const at = options.clock.now().toISOString()
    const given = { actorId: person.learnerId, categories, evidence: 'by themself', at, by }
    const { consent, changed } = await services.consents.put(tenantId, given)
    if (changed.length > 0) {
      const target = await personName(deps, tenantId, person.learnerId)
      const details = { categories, changed }
      await audited(deps, principal, { action: 'consent.changed', target, details })
    }
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(consent))
  })
}
