import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { admitToItem, findItem, noSuchItem } from './find-quarantined'
import { QuarantineParams } from './schemas'

const route = createRoute({
  method: 'delete',
  path: '/quarantine/{id}',
  operationId: 'deleteQuarantined',
  tags: ['Quarantine'],
  summary: 'Give an item up',
  description:
    'Scope `quarantine:write`, within the reach of the key. It cannot be brought back; the log notes its id.',
  ...keyed,
  request: { params: QuarantineParams },
  responses: {
    204: { description: 'It is gone', headers: z.object(requestIdHeader) },
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function deleteQuarantined(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const admit = admitToItem('quarantine:write')
  operation(app, route, { admit }, async (c, { principal, params, reply }) => {
    const { tenantId, keyId } = principal
    const { id: quarantineId } = params
    await findItem(platform.quarantine, principal, quarantineId)
    if (!(await platform.quarantine.release(tenantId, quarantineId))) throw noSuchItem()
    const done = { action: 'quarantine.deleted', target: quarantineId, details: { count: 1 } }
    await audited(deps, principal, done)
    const { requestId } = c.var
    options.log.info('a quarantined item was given up', { requestId, keyId, quarantineId })
    return reply.empty(c, 204)
  })
}
