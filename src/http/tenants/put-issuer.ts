import { checkIssuer, issuerId, type PeopleIssuer } from '../../access/people/issuer'
import { createPeopleIssuers } from '../../access/people/issuers'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { administrator } from '../keys/administer'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { findTenant, TenantParams } from './find-tenant'
import {
  IssuerBody,
  IssuerView,
  issuerExample,
  issuerViewExample,
  issuerViewOf,
} from './issuer-schemas'

const route = createRoute({
  method: 'put',
  path: '/tenants/{id}/issuers',
  operationId: 'putIssuer',
  tags: ['Tenants'],
  summary: 'Take the tokens of an issuer as those of people of your tenant',
  description:
    'Scope `admin`, of a key of that tenant, or `installation`. Replaces the tenant’s own with the same issuer and audience. Takes effect within five seconds. An issuer and audience that another tenant has is answered 409.',
  ...keyed,
  request: {
    params: TenantParams,
    body: jsonBody(IssuerBody, { description: 'All settings', example: issuerExample }),
  },
  responses: {
    200: jsonReply(IssuerView, { description: 'It was replaced', example: issuerViewExample }),
    201: jsonReply(IssuerView, { description: 'It is new', example: issuerViewExample }),
    ...jsonBodyProblems('invalid_target', 'not_found', 'already_exists', 'limit_reached'),
  },
})

export function putIssuer(app: App, deps: AppDeps) {
  const { config, clock } = deps.options
  const { oidcIssuer, oidcAudience: audience } = config
  const machines = oidcIssuer === undefined ? undefined : { issuer: oidcIssuer, audience }
  const rules = { ...deps.services, mayBePlain: config.allowPrivateWebhooks, machines }
  const checks = { admit: administrator, limits: config }
  operation(app, route, checks, async (c, { principal, params, body, reply }) => {
    const { tenantId } = await findTenant(deps, principal, params.id)
    await checkIssuer(body, rules)
    const put = { ...body, tenantId, createdAt: clock.now().toISOString() } satisfies PeopleIssuer
    const { isNew, issuer } = await createPeopleIssuers(deps.platform).put(put)
    const { claims, roles, sourceId } = issuer
    const done = { target: issuerId(issuer), details: { claims, roles, sourceId } }
    await audited(deps, principal, { action: 'issuer.put', ...done }, tenantId)
    c.header('Cache-Control', 'no-store')
    const view = issuerViewOf(issuer)
    return isNew ? reply.json(c, 201, view) : reply.json(c, 200, view)
  })
}
