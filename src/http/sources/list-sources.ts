import { createRoute, z } from '@hono/zod-openapi'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { SourceView, viewExample, viewOf } from './schemas'

const SourceList = z.object({ sources: z.array(SourceView) }).openapi('SourceList')

const route = createRoute({
  method: 'get',
  path: '/sources',
  operationId: 'listSources',
  tags: ['Sources'],
  summary: 'List your sources, oldest first',
  description: 'Scope `admin`.',
  ...keyed,
  responses: {
    200: jsonReply(SourceList, { description: 'All', example: { sources: [viewExample] } }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listSources(app: App, { platform }: AppDeps) {
  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'admin')
    const sources = await platform.registry.sources.list(tenantId)
    c.header('Cache-Control', 'no-store')
    return c.json({ sources: sources.map(viewOf) })
  })
}
