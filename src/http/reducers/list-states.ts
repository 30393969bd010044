import { askedBy } from '../../access/roles/questions'
import { AppError } from '../../error/app-error'
import { viewOfState } from '../../reducers/reading/view'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit } from '../query-fields'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { stateRoutesOf } from './needs'
import {
  askedFields,
  Building,
  ReducerParams,
  State,
  stateExample,
  viewOfBuilding,
} from './shown-state'

const QUESTION = 'GET /api/v1/reducers/{name}'

const Query = z.strictObject({
  ...askedFields,
  limit,
  cursor: z.string().min(1).max(4096).optional().openapi({
    description: '`nextCursor` of the page before, of the same question',
  }),
})

const Figure = z.object({
  path: z.array(z.string()).openapi({ description: 'From the state to the number' }),
  mean: z.number().openapi({ description: 'Over learners who have it' }),
  median: z.number(),
})

const Page = z
  .object({
    reducer: z.string(),
    version: z.int(),
    states: z.array(State).optional().openapi({ description: 'Absent for aggregates only' }),
    building: Building.optional(),
    nextCursor: z.string().optional().openapi({
      description: 'Absent on the last page, and only there: a page may be short, even empty',
    }),
    learners: z.int().optional().openapi({
      description: 'For aggregates only: how many learners have a state. Absent below 5',
    }),
    figures: z.array(Figure).optional().openapi({
      description: 'For aggregates only: numbers of states that 5 learners have, at least',
    }),
    suppressed: z.int().optional().openapi({
      description: 'For aggregates only: so many figures are left out, since they are of few',
    }),
    truncated: z.boolean().optional().openapi({
      description: 'For aggregates only: there are more learners than were added up',
    }),
  })
  .openapi('ReducerStates')

const route = createRoute({
  method: 'get',
  path: '/api/v1/reducers/{name}',
  operationId: 'listReducerStates',
  tags: ['Reducers'],
  summary: 'Read what a reducer has come to: for the learners of a group, for a source',
  description: `${askedBy(QUESTION)} Of \`group\`, \`learner\` and \`source\` at most one; without any, all that may be seen. Learners come by their ids; \`limit\` counts them. Whoever may not see people is given means and medians.`,
  ...keyed,
  request: { params: ReducerParams, query: Query },
  responses: {
    200: jsonReply(Page, {
      description: 'A page',
      example: { reducer: 'time-on-task', version: 1, states: [stateExample] },
    }),
    ...problems(
      ...(['invalid_request', 'invalid_cursor', 'unauthenticated', 'forbidden'] as const),
      ...(['not_found', 'unavailable'] as const),
    ),
  },
})

export function listStates(app: App, deps: AppDeps) {
  const { ready, reading } = stateRoutesOf(deps)
  operation(app, route, { admit: viewerFor(QUESTION, deps) }, async (c, input) => {
    const { principal: viewer, params, query, reply } = input
    oneOf(query)
    const declared = await ready(viewer.principal, params.name)
    const { name: reducer, version, building } = declared
    const isBuilding = building?.isFirst ? { building: viewOfBuilding(building) } : {}
    c.header('Cache-Control', 'no-store')
    if (!viewer.seesPeople) {
      const added = await reading.figures(viewer, declared, query)
      const figures = added.figures.map(({ path, ...figure }) => ({ path: [...path], ...figure }))
      return reply.json(c, 200, { reducer, version, ...added, figures, ...isBuilding })
    }
    const { states, nextCursor } = await reading.page(viewer, declared, query)
    const { learner: person, group } = query
    await readNoted(deps, viewer, QUESTION, {
      ...{ count: states.length, person, group, fields: reducer },
    })
    const shown = states.map(viewOfState)
    return reply.json(c, 200, {
      reducer,
      version,
      states: shown,
      ...(nextCursor && { nextCursor }),
      ...isBuilding,
    })
  })
}

/** @throws {AppError} `invalid_request` for more than one of them */
export function oneOf(query: Partial<Record<'group' | 'learner' | 'source', string | undefined>>) {
  const given = (['group', 'learner', 'source'] as const).filter((one) => query[one] !== undefined)
  if (given.length < 2) return
  const message = `Must be left out beside ${given[0]}: a state is of one of them`
  throw new AppError('invalid_request', `${given[1]}: ${message}.`, {
    errors: [{ path: [given[1]!], message, code: 'invalid_value' }],
  })
}
