import { AppError } from '../../error/app-error'
import { audited, personName } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBodyProblems, jsonReply, keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { ActorParams, actorId, consentManager } from './manager'
import { checkedRows, RowFault } from './row-faults'
import { readRows, rowsBody } from './rows'

const count = z.int().min(0)
const example = { mode: 'add' as const, listed: 1, removed: 0, refused: 0, errors: [] }

const Listed = z
  .object({
    mode: z.enum(['add', 'replace']),
    listed: count.openapi({ description: 'Rows that are on the list now' }),
    removed: count.openapi({ description: 'Entries that were taken from it' }),
    refused: count.openapi({ description: 'Rows that are wrong, and were left out' }),
    errors: z.array(RowFault).openapi({ description: 'At most 100' }),
  })
  .openapi('Under13Outcome')

// A learners' list may have other columns: they are not looked at, and not kept.
const Row = z.union([actorId, z.object({ actor: actorId })])

const putRoute = createRoute({
  method: 'put',
  path: '/privacy/under13',
  operationId: 'putUnder13',
  tags: ['Privacy'],
  summary: 'List learners as under 13',
  description:
    'Scope `admin` or `consents:write`. Without consent of a parent (`parental`), no personal field of theirs is stored from then on, whatever their events say. Ids as events have them; CSV needs a column `actor`. Nothing is replaced where a row is wrong.',
  ...keyed,
  request: {
    query: z.strictObject({
      mode: z
        .enum(['add', 'replace'])
        .default('add')
        .openapi({ description: '`replace` takes all others from the list' }),
    }),
    body: rowsBody(Row, ['u-554433', 'mailto:ada@example.edu'], 'actor\nu-554433\n'),
  },
  responses: {
    200: jsonReply(Listed, { description: 'What became of the rows', example }),
    ...jsonBodyProblems(),
  },
})

const State = z
  .object({
    count: count.optional().openapi({
      description: 'Entries: an address has one more for each form of its hash',
    }),
    isListed: z.boolean().optional().openapi({ description: 'Of the actor that was asked for' }),
  })
  .openapi('Under13List')

const getRoute = createRoute({
  method: 'get',
  path: '/privacy/under13',
  operationId: 'getUnder13',
  tags: ['Privacy'],
  summary: 'How many are listed as under 13, or whether somebody is',
  description: 'Scope `admin` or `consents:write`. The list itself is not given out.',
  ...keyed,
  request: { query: z.strictObject({ actor: actorId.optional() }) },
  responses: {
    200: jsonReply(State, { description: 'The number, or whether', example: { count: 412 } }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'unavailable'),
  },
})

const deleteRoute = createRoute({
  method: 'delete',
  path: '/privacy/under13/{actor}',
  operationId: 'deleteUnder13',
  tags: ['Privacy'],
  summary: 'Take a learner from the list of those under 13',
  description: 'Scope `admin` or `consents:write`. On their birthday, say.',
  ...keyed,
  request: { params: ActorParams },
  responses: {
    204: { description: 'They are not listed any more', headers: z.object(requestIdHeader) },
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function registerUnder13(app: App, deps: AppDeps) {
  const { options, services } = deps
  const admit = consentManager

  operation(app, putRoute, { admit }, async (c, { principal, query: { mode }, reply }) => {
    const { tenantId, keyId: by } = principal
    const rows = await readRows(c, options.config)
    const { good, errors, refused } = checkedRows(rows, Row)
    const ids = good.map(({ value }) => (typeof value === 'string' ? value : value.actor))
    const terms = { by, at: options.clock.now().toISOString() }
    let removed = 0
    // A list with a slip of the pen must not take away others' protection.
    if (mode === 'replace' && refused > 0) {
      const detail = `${refused} rows are wrong, so that nothing was replaced.`
      throw new AppError('invalid_request', detail, {
        errors: errors.map(({ line, path, ...issue }) => ({ ...issue, path: [line, ...path] })),
      })
    }
    if (mode === 'replace') removed = (await services.under13.replace(tenantId, ids, terms)).removed
    else await services.under13.add(tenantId, ids, terms)
    const details = { mode, listed: ids.length, removed }
    await audited(deps, principal, { action: 'under13.listed', details })
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { ...details, refused, errors })
  })

  operation(app, getRoute, { admit }, async (c, { principal, query: { actor }, reply }) => {
    const { tenantId } = principal
    c.header('Cache-Control', 'no-store')
    if (actor === undefined) {
      return reply.json(c, 200, { count: await services.under13.count(tenantId) })
    }
    return reply.json(c, 200, { isListed: await services.under13.has(tenantId, actor) })
  })

  operation(app, deleteRoute, { admit }, async (c, { principal, params: { actor }, reply }) => {
    const { tenantId } = principal
    if (!(await services.under13.remove(tenantId, actor))) {
      throw new AppError('not_found', 'They are not on the list.')
    }
    const target = await personName(deps, tenantId, actor)
    await audited(deps, principal, { action: 'under13.removed', target })
    return reply.empty(c, 204)
  })
}
