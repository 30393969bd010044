import { createRoute, z } from '@hono/zod-openapi'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit, time } from '../query-fields'
import { parseQuery } from '../validation'
import { AnEvent, eventExample, View, viewOf } from './event-view'

const id = (description: string) => z.string().min(1).optional().openapi({ description })

const Query = z.strictObject({
  actorId: id('Who'),
  objectId: id('What'),
  type: id('E.g. `ViewEvent`'),
  sessionId: id("The learner's session"),
  groupId: id('Course, section or group'),
  from: time('Events from this time on, by their own time', '2026-11-21T09:30:00Z'),
  to: time('Events before this time', '2026-11-22'),
  kind: z
    .enum(['event', 'entity', 'all'])
    .default('event')
    .openapi({ description: '`entity` finds the entities that were described' }),
  limit,
  cursor: z.string().min(1).optional().openapi({
    description: '`nextCursor` of the page before, with the same filters',
  }),
  view: View,
})

const EventPage = z
  .object({
    events: z.array(AnEvent),
    nextCursor: z.string().optional().openapi({ description: 'Absent on the last page' }),
  })
  .openapi('EventPage')

const route = createRoute({
  method: 'get',
  path: '/analytics/events',
  operationId: 'listEvents',
  tags: ['Analytics'],
  summary: 'Find events, newest first',
  description: 'Scope `events:read`. All filters must hold. Covers what the hot store still keeps.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(EventPage, {
      description: 'A page',
      example: { events: [eventExample] },
    }),
    ...problems('invalid_request', 'invalid_cursor', 'unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listEvents(app: App, { platform }: AppDeps) {
  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'events:read')
    const { limit, cursor, view, kind, ...fields } = parseQuery(Query, c)
    const filter = kind === 'all' ? fields : { ...fields, kind }
    const { items, nextCursor } = await platform.events.query(tenantId, filter, { limit, cursor })
    const events = items.map((record) => viewOf(record, view)).join(',')
    const next = nextCursor === undefined ? '' : `,"nextCursor":${JSON.stringify(nextCursor)}`
    c.header('Content-Type', 'application/json')
    c.header('Cache-Control', 'no-store')
    return c.body(`{"events":[${events}]${next}}`)
  })
}
