import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { TenantView, viewExample, viewOf } from './schemas'

const TenantList = z.object({ tenants: z.array(TenantView) }).openapi('TenantList')

const route = createRoute({
  method: 'get',
  path: '/tenants',
  operationId: 'listTenants',
  tags: ['Tenants'],
  summary: 'List all tenants, oldest first',
  description: 'Scope `installation`.',
  ...keyed,
  responses: {
    200: jsonReply(TenantList, { description: 'All', example: { tenants: [viewExample] } }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listTenants(app: App, { platform, options }: AppDeps) {
  operation(app, route, { admit: keyWith('installation') }, async (c, { reply }) => {
    const tenants = await platform.registry.tenants.list()
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, {
      tenants: tenants.map((tenant) => viewOf(tenant, { platform, options })),
    })
  })
}
