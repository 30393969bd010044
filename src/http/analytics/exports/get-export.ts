import { askedBy } from '../../../access/roles/questions'
import { readNoted } from '../../audit'
import type { App, AppDeps } from '../../context'
import { jsonReply, keyed, problems } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { viewerFor } from '../../viewer'
import { ExportParams, ExportView, exportExample, noSuchExport, viewOf } from './view'

const QUESTION = 'GET /analytics/exports/{id}'

const route = createRoute({
  method: 'get',
  path: '/analytics/exports/{id}',
  operationId: 'getExport',
  tags: ['Analytics'],
  summary: 'See how far an export is, and get the address of its file',
  description: `${askedBy(QUESTION)} Each answer has a new address, good for 15 minutes.`,
  ...keyed,
  request: { params: ExportParams },
  responses: {
    200: jsonReply(ExportView, { description: 'The export', example: exportExample }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getExport(app: App, deps: AppDeps) {
  const { exports } = deps.services
  const checks = { admit: viewerFor(QUESTION, deps) }
  operation(app, route, checks, async (c, { principal: viewer, params, reply }) => {
    const job = await exports.get(viewer, params.id)
    if (job === undefined) throw noSuchExport()
    const view = await viewOf(c, deps, job)
    if (view.url !== undefined) {
      // Whoever has the address has the file, so that giving it out is what discloses.
      const { fields, learner } = job.selection
      const noted = { count: job.rows, person: learner?.[0], fields: fields.join(',') }
      await readNoted(deps, viewer, QUESTION, noted)
    }
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, view)
  })
}
