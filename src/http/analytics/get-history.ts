import { askedBy } from '../../access/roles/questions'
import { AppError } from '../../error/app-error'
import { spellingsOf } from '../../event/person-id'
import type { Viewer } from '../../identity/viewer'
import type { App, AppDeps } from '../context'
import { keyed, problems } from '../openapi'
import { operation } from '../operation'
import { time } from '../query-fields'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { eventPageReply } from './event-answer'
import type { AnswerEvents } from './event-pages'
import { filterFields } from './filter-fields'
import { pageParameters } from './list-events'

const OF_USER = 'GET /analytics/users/{id}/history'
const OF_ME = 'GET /analytics/me/history'

const { actorId: _, ...others } = filterFields

const Query = z.strictObject({
  ...others,
  from: time('Events from this time on, by their own time; all when left out', '2026-09-01'),
  to: time('Events before this time', '2026-11-22'),
  ...pageParameters,
})

const Params = z.object({
  id: z.string().min(1).openapi({
    description: 'The learner as events name them, percent-encoded',
    example: 'https://example.edu/users/554433',
  }),
})

const COVERS =
  'What they did and what concerns them as the member that an event names (a grade, say), from the first day on: hot store and lake are answered as one.'

const failures = problems(
  'invalid_request',
  'invalid_cursor',
  'unauthenticated',
  'forbidden',
  'unavailable',
  'busy',
)

const ofUser = createRoute({
  method: 'get',
  path: '/analytics/users/{id}/history',
  operationId: 'getUserHistory',
  tags: ['Analytics'],
  summary: "Read a learner's history",
  description: `${askedBy(OF_USER)} ${COVERS}`,
  ...keyed,
  request: { params: Params, query: Query },
  responses: { 200: eventPageReply, ...failures },
})

const ofMe = createRoute({
  method: 'get',
  path: '/analytics/me/history',
  operationId: 'getMyHistory',
  tags: ['Analytics'],
  summary: 'Read your own history',
  description: `${askedBy(OF_ME)} For whoever shows a token of their own, or a key with a role that was made for them. ${COVERS}`,
  ...keyed,
  request: { query: Query },
  responses: { 200: eventPageReply, ...failures },
})

export function getHistory(app: App, deps: AppDeps, answer: AnswerEvents) {
  operation(app, ofUser, { admit: viewerFor(OF_USER, deps) }, (c, input) => {
    const { principal: viewer, query, params, reply } = input
    const person = { name: params.id, ids: spellingsOf(params.id) }
    return answer({ c, reply, viewer, query, question: OF_USER, person })
  })

  operation(app, ofMe, { admit: viewerFor(OF_ME, deps) }, async (c, input) => {
    const { principal: viewer, query, reply } = input
    const person = await themself(deps, viewer)
    return answer({ c, reply, viewer, query, question: OF_ME, person })
  })
}

/** @throws {AppError} `forbidden` for a system, which is nobody */
async function themself({ services }: AppDeps, { tenantId, principal }: Viewer) {
  const { person, actorId } = principal
  const ids = person ? [person.learnerId, ...(person.actorIds ?? [])] : [actorId ?? []].flat()
  const [name] = ids
  if (name === undefined) {
    const detail = 'This key is nobody’s own: GET /analytics/users/{id}/history reads a learner’s.'
    throw new AppError('forbidden', detail)
  }
  return { name, ids: await services.ownIds(tenantId, ids) }
}
