import { withLastUse } from '../../watch/last-used'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { administrator, TenantQuery, tenantAsked } from './administer'
import { KeyView, viewExample, viewOf } from './schemas'

const KeyList = z.object({ keys: z.array(KeyView) }).openapi('KeyList')

const route = createRoute({
  method: 'get',
  path: '/keys',
  operationId: 'listKeys',
  tags: ['Keys'],
  summary: 'List the keys of your tenant, oldest first',
  description:
    'Scope `admin`, or `installation` for any tenant. Revoked ones too, and nothing that would let someone use them.',
  ...keyed,
  request: { query: TenantQuery },
  responses: {
    200: jsonReply(KeyList, { description: 'All', example: { keys: [viewExample] } }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function listKeys(app: App, deps: AppDeps) {
  operation(app, route, { admit: administrator }, async (c, { principal, query, reply }) => {
    const tenantId = await tenantAsked(deps, principal, query)
    const { registry, activity } = deps.platform
    const keys = await withLastUse(await registry.keys.list(tenantId), tenantId, activity)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { keys: keys.map(viewOf) })
  })
}
