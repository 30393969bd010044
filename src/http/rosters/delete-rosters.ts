import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { changerFor } from './admit'

const route = createRoute({
  method: 'delete',
  path: '/rosters',
  operationId: 'deleteRosters',
  tags: ['Rosters'],
  summary: 'Forget who teaches and learns what',
  description:
    'Role `admin`, or scope `admin`. What events told of it is forgotten, too: from then on no teacher sees a group.',
  ...keyed,
  responses: {
    204: { description: 'Nothing is loaded any more', headers: z.object(requestIdHeader) },
    ...problems('unauthenticated', 'forbidden', 'wrong_state', 'unavailable'),
  },
})

export function deleteRosters(app: App, deps: AppDeps) {
  const { rosters } = deps.services
  operation(app, route, { admit: changerFor('DELETE /rosters', deps) }, async (c, input) => {
    const { principal: viewer, reply } = input
    const { tenantId, principal } = viewer
    const removed = await rosters.remove(tenantId)
    await audited(deps, principal, { action: 'roster.removed', details: { documents: removed } })
    return reply.empty(c, 204)
  })
}
