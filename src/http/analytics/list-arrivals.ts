import { AppError } from '../../error/app-error'
import { filterBy } from '../../query/where'
import { keyWith } from '../admit'
import { eventPages } from '../answers/event-page'
import { jsonArray, jsonObject } from '../answers/json'
import { readNoted } from '../audit'
import { conditionIn } from '../condition-parameter'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { fromPosition } from '../position'
import { limit } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'
import { AnEvent, eventExample, jsonOfEvent, sizeIn, View } from './event-view'
import { filterFields } from './filter-fields'

const Query = z.strictObject({
  ...filterFields,
  sourceId: z.string().min(1).optional().openapi({ description: 'Who sent it' }),
  after: z.string().min(1).optional().openapi({
    description: '`next` of the answer before. Left out, nothing is listed, and `next` is the end',
  }),
  limit,
  view: View,
})

const Arrivals = z
  .object({
    events: z.array(AnEvent).openapi({ description: 'The earliest to arrive first' }),
    next: z.string().openapi({ description: 'Where the next question goes on' }),
    isAll: z
      .boolean()
      .openapi({ description: 'If true, there is nothing more by now: wait a moment' }),
  })
  .openapi('Arrivals')

const route = createRoute({
  method: 'get',
  path: '/analytics/arrivals',
  operationId: 'listArrivals',
  tags: ['Analytics'],
  summary: 'Follow events as they arrive',
  description:
    'Scope `events:read`. What was stored since the question before, once and in the order in which it was stored, for who polls (`nonius tail`). Without `after` it gives the place where to begin. On AWS, where the store knows no such order, it is 404; webhooks are told of everything there.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(Arrivals, {
      description: 'What arrived',
      example: { events: [eventExample], next: 'MTI.kXv3', isAll: true },
    }),
    ...problems(
      'invalid_request',
      'invalid_cursor',
      'unauthenticated',
      'forbidden',
      'not_found',
      'unavailable',
      'busy',
    ),
  },
})

const NO_ORDER =
  'This store knows no order of arrival: ask for the latest events, or let a webhook tell of them.'

export function listArrivals(app: App, deps: AppDeps) {
  const { platform } = deps
  const inPage = eventPages(deps)

  const admit = keyWith('events:read')
  operation(app, route, { admit }, async (c, { principal, query, reply }) => {
    const { tenantId } = principal
    const { arrivals } = platform.events
    if (arrivals === undefined) throw new AppError('not_found', NO_ORDER)
    const { limit, after, view, kind, filter: asked, ...fields } = query
    const filter = filterBy(fields, conditionIn(asked), kind)
    const read = (maxBytes: number) =>
      fromPosition('after', () =>
        arrivals(tenantId, filter, { limit, after, maxBytes, sizeOf: sizeIn(view) }),
      )
    return inPage({ c, tenantId }, read, async ({ items, next, isAll }, hold) => {
      const noted = { count: items.length, person: filter.actorId, fields: view }
      if (items.length > 0) await readNoted(deps, principal, 'GET /analytics/arrivals', noted)
      const events = jsonArray(items, (record) => jsonOfEvent(record, view))
      const page = jsonObject<z.output<typeof Arrivals>>({ events, next, isAll })
      return reply.stream(c, 200, page, hold)
    })
  })
}
