import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
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
  const admit = keyWith('admin')
  operation(app, route, { admit }, async (c, { principal: { tenantId }, reply }) => {
    const sources = await platform.registry.sources.list(tenantId)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { sources: sources.map(viewOf) })
  })
}
