import { withLastUse } from '../../watch/last-used'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { administrator, KeyParams, keyNamed, TenantQuery, tenantAsked } from './administer'
import { KeyView, viewExample, viewOf } from './schemas'

const route = createRoute({
  method: 'get',
  path: '/keys/{id}',
  operationId: 'getKey',
  tags: ['Keys'],
  summary: 'Read what a key may do',
  description: 'Scope `admin`, or `installation` for any tenant.',
  ...keyed,
  request: { params: KeyParams, query: TenantQuery },
  responses: {
    200: jsonReply(KeyView, { description: 'The key, without itself', example: viewExample }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getKey(app: App, deps: AppDeps) {
  const checks = { admit: administrator }
  operation(app, route, checks, async (c, { principal, params, query, reply }) => {
    const tenantId = await tenantAsked(deps, principal, query)
    c.header('Cache-Control', 'no-store')
    const key = await keyNamed(deps, tenantId, params.id)
    const [used] = await withLastUse([key], tenantId, deps.platform.activity)
    return reply.json(c, 200, viewOf(used ?? key))
  })
}
