import { askedBy } from '../../access/roles/questions'
import type { DeclaredReducer } from '../../reducers/reading/declared'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { stateRoutesOf } from './needs'
import { Building, viewOfBuilding } from './shown-state'

const QUESTION = 'GET /api/v1/reducers'

const Declared = z
  .object({
    name: z.string(),
    version: z.int(),
    says: z.string().optional(),
    scope: z.enum(['learner', 'source', 'group']),
    field: z.string().optional().openapi({
      description: 'A learner has a state for each value of this field of their events',
    }),
    sources: z.array(z.string()).optional(),
    types: z.array(z.string()).optional(),
    origin: z.string().openapi({
      description: '`nonius`: it comes with Nonius; else its file in the folder of the operator',
    }),
    skipped: z.int().openapi({
      description: 'So many events were skipped since the server began: it failed on them',
    }),
    lastFailedAt: z.string().optional().openapi({ description: 'The log says with what' }),
    offSince: z.string().optional().openapi({
      description:
        'It failed too often and is given no events until its code or its version changes',
    }),
    since: z.string().optional().openapi({
      description: 'States are kept since then, or were replaced by those of a rebuild',
    }),
    building: Building.optional(),
    newer: z.int().optional().openapi({
      description: 'This version is loaded, and shown once somebody rebuilds it',
    }),
  })
  .openapi('Reducer')

const List = z.object({ reducers: z.array(Declared) }).openapi('ReducerList')

const route = createRoute({
  method: 'get',
  path: '/api/v1/reducers',
  operationId: 'listReducers',
  tags: ['Reducers'],
  summary: 'List the reducers, whose states can be read',
  description: askedBy(QUESTION),
  ...keyed,
  responses: {
    200: jsonReply(List, {
      description: 'All of them, by name',
      example: {
        reducers: [
          {
            ...{ name: 'time-on-task', version: 1, says: 'How long a learner worked' },
            ...{ scope: 'learner', origin: 'nonius', skipped: 0 },
          },
        ],
      },
    }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listReducers(app: App, deps: AppDeps) {
  const { list } = stateRoutesOf(deps)
  operation(app, route, { admit: viewerFor(QUESTION, deps) }, async (c, input) => {
    const { principal: viewer, reply } = input
    const reducers = await list(viewer.tenantId)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { reducers: reducers.map(viewOf) })
  })
}

function viewOf(declared: DeclaredReducer) {
  const {
    scope,
    sources,
    types,
    lastFailure,
    newest: _,
    code: __,
    offBecause: ___,
    building,
    ...rest
  } = declared
  const isOfField = typeof scope === 'object'
  return {
    ...rest,
    ...(building && { building: viewOfBuilding(building) }),
    scope: isOfField ? ('learner' as const) : scope,
    ...(isOfField && { field: scope.learnerAnd }),
    ...(sources && { sources: [...sources] }),
    ...(types && { types: [...types] }),
    // The reason may have an event of another organisation in it.
    ...(lastFailure && { lastFailedAt: lastFailure.at }),
  }
}
