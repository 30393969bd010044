import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { findSource, SourceParams } from './find-source'
import { SeenSource, seenOf, seenSourceExample } from './seen'

const route = createRoute({
  method: 'get',
  path: '/sources/{id}',
  operationId: 'getSource',
  tags: ['Sources'],
  summary: 'Read one source',
  description: 'Scope `admin`. With what came from it since the beginning and in the last hour.',
  ...keyed,
  request: { params: SourceParams },
  responses: {
    200: jsonReply(SeenSource, { description: 'The source', example: seenSourceExample }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getSource(app: App, deps: AppDeps) {
  const admit = keyWith('admin')
  operation(app, route, { admit }, async (c, { principal, params, reply }) => {
    const { platform, options } = deps
    const { tenantId } = principal
    const source = await findSource(deps, tenantId, params.id)
    const seen = await platform.activity.read(tenantId, options.clock.now())
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, seenOf(source, seen))
  })
}
