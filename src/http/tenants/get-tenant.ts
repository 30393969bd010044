import type { App, AppDeps } from '../context'
import { administrator } from '../keys/administer'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { findTenant, TenantParams } from './find-tenant'
import { TenantView, viewExample, viewOf } from './schemas'

const route = createRoute({
  method: 'get',
  path: '/tenants/{id}',
  operationId: 'getTenant',
  tags: ['Tenants'],
  summary: 'Read your tenant',
  description: 'Scope `admin`, of a key of that tenant, or `installation`.',
  ...keyed,
  request: { params: TenantParams },
  responses: {
    200: jsonReply(TenantView, { description: 'The tenant', example: viewExample }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getTenant(app: App, deps: AppDeps) {
  const admit = administrator
  operation(app, route, { admit }, async (c, { principal, params, reply }) => {
    const tenant = await findTenant(deps, principal, params.id)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(tenant, deps))
  })
}
