import { askedBy } from '../../access/roles/questions'
import { createLoads, LOAD_NAME, type Load, MAX_LOADS } from '../../analytics/loads/loads'
import { AppError } from '../../error/app-error'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'

const LoadParams = z.object({
  name: z
    .string()
    .regex(LOAD_NAME, 'Must be 1 to 64 letters, digits and . _ -, a letter or digit first')
    .openapi({ example: 'snowflake' }),
})

// A text that a table shows, and a reason that a person reads.
const MAX_TARGET = 300
const MAX_REASON = 1000
const MAX_INTERVAL_SECONDS = 31 * 86_400

const time = (description: string) =>
  z.iso.datetime().openapi({ description, example: '2026-11-15T10:15:00.000Z' })
const count = (description: string) => z.int().min(0).default(0).openapi({ description })

const report = {
  target: z
    .string()
    .min(1)
    .max(MAX_TARGET)
    .openapi({ description: 'Where to, without a password', example: 'snowflake LEARNING.EVENTS' }),
  state: z.enum(['running', 'done', 'failed']),
  startedAt: time('When the last load began'),
  endedAt: time('When it ended').optional(),
  completeTo: time(
    'Everything that had arrived before this time is at the target; stays as it was where a report has none',
  ).optional(),
  inserted: count('Rows that came with the last load'),
  removed: count('Rows that went with it: of people who were erased, and of days past their time'),
  reason: z.string().min(1).max(MAX_REASON).optional().openapi({ description: 'Why it failed' }),
  everySeconds: z
    .int()
    .min(1)
    .max(MAX_INTERVAL_SECONDS)
    .optional()
    .openapi({ description: 'It is loaded again so long after it ended, if it is' }),
}

const LoadReport = z.strictObject(report).openapi('LoadReport')

const LoadView = z
  .object({
    name: z.string(),
    ...report,
    inserted: z.int(),
    removed: z.int(),
    updatedAt: time('When its loader was heard of last'),
    isOverdue: z.boolean().openapi({
      description: 'If true, its loader should have been heard of again: it has ended, or hangs',
    }),
  })
  .openapi('Load')

const LoadList = z.object({ loads: z.array(LoadView) }).openapi('LoadList')

const reportExample = {
  target: 'snowflake LEARNING.EVENTS',
  state: 'done' as const,
  startedAt: '2026-11-15T10:15:00.000Z',
  endedAt: '2026-11-15T10:15:20.000Z',
  completeTo: '2026-11-15T10:15:00.000Z',
  inserted: 1204,
  removed: 0,
  everySeconds: 3600,
}
const viewExample = {
  name: 'snowflake',
  ...reportExample,
  updatedAt: '2026-11-15T10:15:20.000Z',
  isOverdue: false,
}

const listRoute = createRoute({
  method: 'get',
  path: '/analytics/loads',
  operationId: 'listLoads',
  tags: ['Analytics'],
  summary: 'See how loads into warehouses fare',
  description: `${askedBy('GET /analytics/loads')} Those of \`nonius load\`, and those that report themselves, by name.`,
  ...keyed,
  responses: {
    200: jsonReply(LoadList, { description: 'All of them', example: { loads: [viewExample] } }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

const putRoute = createRoute({
  method: 'put',
  path: '/analytics/loads/{name}',
  operationId: 'putLoad',
  tags: ['Analytics'],
  summary: 'Report how a load fares',
  description: `Scope \`admin\`. For a job of a warehouse (docs/warehouses.md); \`nonius load\` does it by itself. At most ${MAX_LOADS} loads.`,
  ...keyed,
  request: {
    params: LoadParams,
    body: jsonBody(LoadReport, { description: 'How it fares', example: reportExample }),
  },
  responses: {
    200: jsonReply(LoadView, { description: 'As it is shown', example: viewExample }),
    ...jsonBodyProblems('limit_reached'),
  },
})

const deleteRoute = createRoute({
  method: 'delete',
  path: '/analytics/loads/{name}',
  operationId: 'deleteLoad',
  tags: ['Analytics'],
  summary: 'Forget a load',
  description: 'Scope `admin`. What is at the target stays there.',
  ...keyed,
  request: { params: LoadParams },
  responses: {
    204: { description: 'It is forgotten', headers: z.object(requestIdHeader) },
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function registerLoads(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const loads = createLoads({ documents: platform.documents, clock: options.clock })

  const admit = viewerFor('GET /analytics/loads', deps)
  operation(app, listRoute, { admit }, async (c, { principal: viewer, reply }) => {
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { loads: await loads.list(viewer.tenantId) })
  })

  const checks = { admit: keyWith('admin'), limits: options.config }
  operation(app, putRoute, checks, async (c, { principal, params, body, reply }) => {
    const load: Load = await loads.put(principal.tenantId, params.name, body)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, load)
  })

  operation(
    app,
    deleteRoute,
    { admit: keyWith('admin') },
    async (c, { principal, params, reply }) => {
      if (!(await loads.remove(principal.tenantId, params.name))) {
        throw new AppError('not_found', `There is no load ${params.name}.`)
      }
      await audited(deps, principal, { action: 'load.forgotten', target: params.name })
      return reply.empty(c, 204)
    },
  )
}
