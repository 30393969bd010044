import { createRoute } from '@hono/zod-openapi'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { findSource, SourceParams } from './find-source'
import { SourceView, viewExample, viewOf } from './schemas'

const route = createRoute({
  method: 'get',
  path: '/sources/{id}',
  operationId: 'getSource',
  tags: ['Sources'],
  summary: 'Read one source',
  description: 'Scope `admin`.',
  ...keyed,
  request: { params: SourceParams },
  responses: {
    200: jsonReply(SourceView, { description: 'The source', example: viewExample }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getSource(app: App, deps: AppDeps) {
  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'admin')
    const source = await findSource(c, deps, tenantId)
    c.header('Cache-Control', 'no-store')
    return c.json(viewOf(source))
  })
}
