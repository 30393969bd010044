import { askedBy } from '../../../access/roles/questions'
import { audited } from '../../audit'
import type { App, AppDeps } from '../../context'
import { keyed, problems, requestIdHeader } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { viewerFor } from '../../viewer'
import { z } from '../../zod'
import { ExportParams, noSuchExport } from './view'

const QUESTION = 'DELETE /analytics/exports/{id}'

const route = createRoute({
  method: 'delete',
  path: '/analytics/exports/{id}',
  operationId: 'deleteExport',
  tags: ['Analytics'],
  summary: 'Cancel an export, or delete one with its file',
  description: `${askedBy(QUESTION)} One under way is \`cancelled\` and can still be looked at; any other is not there any more.`,
  ...keyed,
  request: { params: ExportParams },
  responses: {
    204: { description: 'It was cancelled or deleted', headers: z.object(requestIdHeader) },
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function deleteExport(app: App, deps: AppDeps) {
  const { exports } = deps.services
  const checks = { admit: viewerFor(QUESTION, deps) }
  operation(app, route, checks, async (c, { principal: viewer, params, reply }) => {
    if (!(await exports.remove(viewer, params.id))) throw noSuchExport()
    await audited(deps, viewer.principal, { action: 'export.deleted', target: params.id })
    return reply.empty(c, 204)
  })
}
