import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { ListedSource, listedOf, listedSourceExample } from './seen'

const SourceList = z.object({ sources: z.array(ListedSource) }).openapi('SourceList')

const route = createRoute({
  method: 'get',
  path: '/sources',
  operationId: 'listSources',
  tags: ['Sources'],
  summary: 'List your sources, oldest first',
  description:
    'Scope `admin`. With what came from each since the beginning and in the last hour; counts are up to ten seconds late on AWS.',
  ...keyed,
  responses: {
    200: jsonReply(SourceList, { description: 'All', example: { sources: [listedSourceExample] } }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listSources(app: App, { platform, options }: AppDeps) {
  const admit = keyWith('admin')
  operation(app, route, { admit }, async (c, { principal: { tenantId }, reply }) => {
    const [sources, seen] = await Promise.all([
      platform.registry.sources.list(tenantId),
      platform.activity.read(tenantId, options.clock.now()),
    ])
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { sources: sources.map((one) => listedOf(one, seen)) })
  })
}
