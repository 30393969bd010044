import { askedBy } from '../../access/roles/questions'
import type { App, AppDeps } from '../context'
import { keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit, time } from '../query-fields'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { eventPageReply, formParameters } from './event-answer'
import type { AnswerEvents } from './event-pages'
import { View } from './event-view'
import { fieldParameters } from './field-parameters'
import { filterFields } from './filter-fields'

const QUESTION = 'GET /analytics/events'

/** Declares where a page of events begins, and in which order and form it is. */
export const pageParameters = {
  order: z.enum(['desc', 'asc']).default('desc').openapi({
    description:
      'By their own time, `desc`: newest first, and of equal times the later arrival first; `asc`: the same backwards',
  }),
  limit,
  cursor: z.string().min(1).optional().openapi({
    description: '`nextCursor` of the page before, with the same filters and order',
  }),
  view: View,
  ...formParameters,
}

const Query = z.strictObject({
  ...filterFields,
  ...fieldParameters,
  from: time('Events from this time on, by their own time', '2026-11-21T09:30:00Z'),
  to: time('Events before this time', '2026-11-22'),
  ...pageParameters,
})

const route = createRoute({
  method: 'get',
  path: '/analytics/events',
  operationId: 'listEvents',
  tags: ['Analytics'],
  summary: 'Find events, newest first',
  description: `${askedBy(QUESTION)} All filters must hold; every field of the record is one. Covers what the hot store still keeps; a range whose \`from\` lies before that is answered from hot store and lake as one, up to 92 days of it. A page ends at \`limit\` events or at 4 MB (3 MB on AWS), one event at the least; a search for what is rare ends it now and then, too.`,
  ...keyed,
  request: { query: Query },
  responses: {
    200: eventPageReply,
    ...problems(
      'invalid_request',
      'invalid_cursor',
      'unauthenticated',
      'forbidden',
      'unavailable',
      'busy',
    ),
  },
})

export function listEvents(app: App, deps: AppDeps, answer: AnswerEvents) {
  const admit = viewerFor(QUESTION, deps)
  operation(app, route, { admit }, (c, { principal: viewer, query, reply }) =>
    answer({ c, reply, viewer, query, question: QUESTION }),
  )
}
