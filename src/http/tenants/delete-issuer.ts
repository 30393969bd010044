import { issuerId } from '../../access/people/issuer'
import { createPeopleIssuers } from '../../access/people/issuers'
import { AppError } from '../../error/app-error'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { administrator } from '../keys/administer'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { findTenant, TenantParams } from './find-tenant'
import { IssuerQuery } from './issuer-schemas'

const route = createRoute({
  method: 'delete',
  path: '/tenants/{id}/issuers',
  operationId: 'deleteIssuer',
  tags: ['Tenants'],
  summary: 'Take no tokens of an issuer any more',
  description:
    'Scope `admin`, of a key of that tenant, or `installation`. Takes effect within five seconds.',
  ...keyed,
  request: { params: TenantParams, query: IssuerQuery },
  responses: {
    204: { description: 'It is not registered any more', headers: z.object(requestIdHeader) },
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function deleteIssuer(app: App, deps: AppDeps) {
  const admit = administrator
  operation(app, route, { admit }, async (c, { principal, params, query, reply }) => {
    const { tenantId } = await findTenant(deps, principal, params.id)
    const isRemoved = await createPeopleIssuers(deps.platform).remove(tenantId, query)
    if (!isRemoved) {
      throw new AppError('not_found', 'Your tenant has no such issuer with this audience.')
    }
    const done = { action: 'issuer.removed', target: issuerId(query) }
    await audited(deps, principal, done, tenantId)
    return reply.empty(c, 204)
  })
}
