import { askedBy } from '../../../access/roles/questions'
import { builtIn } from '../../../analytics/sql/built-in'
import { createSavedQueries } from '../../../analytics/sql/saved-queries'
import { AppError } from '../../../error/app-error'
import { audited } from '../../audit'
import type { App, AppDeps } from '../../context'
import { keyed, problems, requestIdHeader } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { z } from '../../zod'
import { analystFor } from './admit'
import { noSuchQuery } from './no-such-query'
import { QueryParams } from './schemas'

const route = createRoute({
  method: 'delete',
  path: '/analytics/queries/{name}',
  operationId: 'deleteQuery',
  tags: ['Analytics'],
  summary: 'Delete a query of yours',
  description: askedBy('DELETE /analytics/queries/{name}'),
  ...keyed,
  request: { params: QueryParams },
  responses: {
    204: { description: 'It is gone', headers: z.object(requestIdHeader) },
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function deleteQuery(app: App, deps: AppDeps) {
  const saved = createSavedQueries(deps.platform)
  const admit = analystFor('DELETE /analytics/queries/{name}', deps)
  operation(app, route, { admit }, async (c, { principal: viewer, params: { name }, reply }) => {
    const { tenantId, principal } = viewer
    if (builtIn(name) !== undefined) {
      throw new AppError(
        'not_found',
        `${name} comes with Nonius, and is no query of yours: it stays.`,
      )
    }
    if (!(await saved.remove(tenantId, name))) throw noSuchQuery()
    await audited(deps, principal, { action: 'query.deleted', target: name })
    return reply.empty(c, 204)
  })
}
