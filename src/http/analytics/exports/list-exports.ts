import { askedBy } from '../../../access/roles/questions'
import type { App, AppDeps } from '../../context'
import { jsonReply, keyed, problems } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { viewerFor } from '../../viewer'
import { z } from '../../zod'
import { ExportEntry, entryOf, exportExample } from './view'

const QUESTION = 'GET /analytics/exports'

const Listed = z.object({ items: z.array(ExportEntry) }).openapi('Exports')

const { url: _url, expiresAt: _end, ...entry } = exportExample

const route = createRoute({
  method: 'get',
  path: '/analytics/exports',
  operationId: 'listExports',
  tags: ['Analytics'],
  summary: 'List exports of the last 30 days',
  description: `${askedBy(QUESTION)} The latest first: administrators see those of all, others their own.`,
  ...keyed,
  responses: {
    200: jsonReply(Listed, { description: 'Exports', example: { items: [entry] } }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listExports(app: App, deps: AppDeps) {
  const { exports } = deps.services
  operation(app, route, { admit: viewerFor(QUESTION, deps) }, async (c, { principal, reply }) => {
    const items = (await exports.list(principal)).map(entryOf)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { items })
  })
}
