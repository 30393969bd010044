import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
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
  const admit = keyWith('admin')
  operation(app, route, { admit }, async (c, { principal, params, reply }) => {
    const source = await findSource(deps, principal.tenantId, params.id)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(source))
  })
}
