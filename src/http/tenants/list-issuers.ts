import { createPeopleIssuers } from '../../access/people/issuers'
import type { App, AppDeps } from '../context'
import { administrator } from '../keys/administer'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { findTenant, TenantParams } from './find-tenant'
import { IssuerView, issuerViewExample, issuerViewOf } from './issuer-schemas'

const route = createRoute({
  method: 'get',
  path: '/tenants/{id}/issuers',
  operationId: 'listIssuers',
  tags: ['Tenants'],
  summary: 'List the issuers of people’s tokens of your tenant',
  description: 'Scope `admin`, of a key of that tenant, or `installation`.',
  ...keyed,
  request: { params: TenantParams },
  responses: {
    200: jsonReply(z.object({ issuers: z.array(IssuerView) }).openapi('IssuerList'), {
      description: 'All',
      example: { issuers: [issuerViewExample] },
    }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function listIssuers(app: App, deps: AppDeps) {
  const admit = administrator
  operation(app, route, { admit }, async (c, { principal, params, reply }) => {
    const { tenantId } = await findTenant(deps, principal, params.id)
    const all = await createPeopleIssuers(deps.platform).list(tenantId)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { issuers: all.map(issuerViewOf) })
  })
}
