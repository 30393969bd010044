import { askedBy } from '../../../access/roles/questions'
import { builtInParameters } from '../../../analytics/sql/built-in'
import { createSavedQueries } from '../../../analytics/sql/saved-queries'
import { namedQueries } from '../../../query/sql'
import type { App, AppDeps } from '../../context'
import { jsonReply, keyed, problems } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { z } from '../../zod'
import { analystFor } from './admit'
import { QueryView, queryExample } from './schemas'

const route = createRoute({
  method: 'get',
  path: '/analytics/queries',
  operationId: 'listQueries',
  tags: ['Analytics'],
  summary: 'List named queries',
  description: `${askedBy('GET /analytics/queries')} Those that come with Nonius, and those that your organisation saved.`,
  ...keyed,
  responses: {
    200: jsonReply(z.object({ queries: z.array(QueryView) }).openapi('Queries'), {
      description: 'All of them',
      example: { queries: [queryExample] },
    }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listQueries(app: App, deps: AppDeps) {
  const saved = createSavedQueries(deps.platform)
  const admit = analystFor('GET /analytics/queries', deps)
  operation(app, route, { admit }, async (c, { principal: { tenantId }, reply }) => {
    const own = (await saved.list(tenantId)).map((one) => ({ ...one, isBuiltIn: false }))
    const ours = namedQueries.map(({ id, title, description, sql }) => ({
      ...{ name: id, title, description, isBuiltIn: true, parameters: builtInParameters, sql },
    }))
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { queries: [...own, ...ours] })
  })
}
