import { askedBy } from '../../../access/roles/questions'
import type { Condition } from '../../../event/condition'
import type { Asked, FilterValue } from '../../../exports/select'
import type { Measure } from '../../../query/narrowing'
import { audited, personName } from '../../audit'
import type { App, AppDeps } from '../../context'
import { linkTo } from '../../links'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { viewerFor } from '../../viewer'
import { z } from '../../zod'
import { AskedExport } from './asked'
import { ExportView, exportExample, viewOf } from './view'

const QUESTION = 'POST /analytics/export'

const { url: _url, expiresAt: _end, readyAt: _at, keptUntil: _kept, ...begun } = exportExample

const route = createRoute({
  method: 'post',
  path: '/analytics/export',
  operationId: 'beginExport',
  tags: ['Analytics'],
  summary: 'Export events as a file',
  description: `${askedBy(QUESTION)} The file is made in the background, goes on after a restart, and has what whoever asks may see by then. It can be fetched for three days and is deleted then.`,
  ...keyed,
  request: {
    body: jsonBody(AskedExport, {
      description: 'Which events, and how',
      example: {
        ...{ format: 'csv', timeZone: 'Europe/Berlin' },
        filters: {
          from: '2026-11-01',
          to: '2026-11-30',
          courseId: 'https://example.edu/courses/1',
        } as object,
        fields: ['eventTime', 'actorId', 'action', 'objectName', 'score'],
      },
    }),
  },
  responses: {
    202: jsonReply(
      ExportView,
      {
        description: 'It has begun',
        example: { ...begun, status: 'running', progress: 0, rows: 0, bytes: 0 },
      },
      { Location: z.string().openapi({ description: 'Where to see how far it is' }) },
    ),
    ...jsonBodyProblems('limit_reached'),
  },
})

interface Filters {
  from?: string
  to?: string
  by?: Measure
  kind?: Asked['kind']
  filter?: Condition
}

export function beginExport(app: App, deps: AppDeps) {
  const { services, options } = deps
  const checks = {
    admit: viewerFor(QUESTION, deps),
    limits: options.config,
    hidden: ['learner', 'filters'],
  }
  operation(app, route, checks, async (c, { principal: viewer, body, reply }) => {
    const { format, fields, timeZone: timezone = 'UTC', learner, filters = {} } = body
    const { from, to, by, kind, filter: condition, ...values } = filters as Filters
    const asked: Asked = {
      ...{ format, fields, timezone, learner, from, to, by, kind, condition },
      values: values as Record<string, FilterValue>,
    }
    const job = await services.exports.begin(viewer, asked)
    const { tenantId, principal } = viewer
    const person = learner && { person: await personName(deps, tenantId, learner) }
    const details = { format, role: viewer.role, ...person }
    await audited(deps, principal, { action: 'export.begun', target: job.exportId, details })
    c.header('Cache-Control', 'no-store')
    c.header('Location', linkTo(c, `/analytics/exports/${job.exportId}`))
    return reply.json(c, 202, await viewOf(c, deps, job))
  })
}
