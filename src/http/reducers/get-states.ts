import { askedBy } from '../../access/roles/questions'
import { AppError } from '../../error/app-error'
import { spellingsOf } from '../../event/person-id'
import { viewOfState } from '../../reducers/reading/view'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { stateRoutesOf } from './needs'
import { Building, ReducerParams, State, stateExample, viewOfBuilding } from './shown-state'

const QUESTION = 'GET /api/v1/reducers/{name}/{learner}'

const Params = ReducerParams.extend({
  learner: z.string().min(1).openapi({
    description: 'The learner as events name them, percent-encoded',
    example: 'https://example.edu/users/554433',
  }),
})

const States = z
  .object({ states: z.array(State), building: Building.optional() })
  .openapi('ReducerStatesOfLearner')

const route = createRoute({
  method: 'get',
  path: '/api/v1/reducers/{name}/{learner}',
  operationId: 'getReducerStates',
  tags: ['Reducers'],
  summary: 'Read what a reducer has come to for a learner',
  description: `${askedBy(QUESTION)} One state, or one for each value of the reducer's field. A teacher sees a state all of whose events are of courses and groups that she teaches; of events that name none, those of learners who are enrolled with her. 404 where there is nothing that may be seen.`,
  ...keyed,
  request: { params: Params },
  responses: {
    200: jsonReply(States, {
      description: 'States, by the value of the field where there is one',
      example: { states: [stateExample] },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getStates(app: App, deps: AppDeps) {
  const { ready, reading } = stateRoutesOf(deps)
  operation(app, route, { admit: viewerFor(QUESTION, deps) }, async (c, input) => {
    const { principal: viewer, params, reply } = input
    const { learner, name } = params
    const declared = await ready(viewer.principal, name)
    reading.requireScope(declared, { learner })
    const states = await reading.ofLearner(viewer, name, spellingsOf(learner))
    const count = states.length
    await readNoted(deps, viewer, QUESTION, { count, person: learner, fields: name })
    const { building } = declared
    const isBuilding = building?.isFirst ? { building: viewOfBuilding(building) } : {}
    if (count === 0 && !building?.isFirst)
      throw new AppError('not_found', 'There is no state of this learner.')
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { states: states.map(viewOfState), ...isBuilding })
  })
}
