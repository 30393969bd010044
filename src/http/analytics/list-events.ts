import { filterBy } from '../../query/where'
import { keyWith } from '../admit'
import { eventPages } from '../answers/event-page'
import { jsonArray, jsonObject } from '../answers/json'
import { readNoted } from '../audit'
import { conditionIn, filterText } from '../condition-parameter'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit, time } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'
import { AnEvent, eventExample, jsonOfEvent, sizeIn, View } from './event-view'

const id = (description: string) => z.string().min(1).optional().openapi({ description })

/** Events can be found by these fields, beside their times. */
export const filterFields = {
  actorId: id('Who'),
  objectId: id('What'),
  type: id('E.g. `ViewEvent`'),
  sessionId: id("The learner's session"),
  groupId: id('Course, section or group'),
  commonAction: id(
    "The action in Caliper's words, of any standard, e.g. `Viewed`; it has no index, and pages of a rare one are short",
  ),
  organizationId: id('`organization_id` of a native event; it has no index either'),
  kind: z.enum(['event', 'entity', 'all']).optional().openapi({
    description:
      '`entity` finds the entities that were described. Left out: events, and entities where `filter` asks for `kind` or names their type',
  }),
  filter: filterText,
}

const Query = z.strictObject({
  ...filterFields,
  from: time('Events from this time on, by their own time', '2026-11-21T09:30:00Z'),
  to: time('Events before this time', '2026-11-22'),
  limit,
  cursor: z.string().min(1).optional().openapi({
    description: '`nextCursor` of the page before, with the same filters',
  }),
  view: View,
})

const EventPage = z
  .object({
    events: z.array(AnEvent),
    nextCursor: z.string().optional().openapi({
      description: 'Absent on the last page, and only there: a page may be short, even empty',
    }),
  })
  .openapi('EventPage')

const route = createRoute({
  method: 'get',
  path: '/analytics/events',
  operationId: 'listEvents',
  tags: ['Analytics'],
  summary: 'Find events, newest first',
  description:
    'Scope `events:read`. All filters must hold. Covers what the hot store still keeps. A page ends at `limit` events or at 4 MB (3 MB on AWS), one event at the least; a search for what is rare ends it now and then, too.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(EventPage, {
      description: 'A page',
      example: { events: [eventExample] },
    }),
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

export function listEvents(app: App, deps: AppDeps) {
  const { platform } = deps
  const inPage = eventPages(deps)

  const admit = keyWith('events:read')
  operation(app, route, { admit }, async (c, { principal, query, reply }) => {
    const { tenantId } = principal
    const { limit, cursor, view, kind, filter: asked, ...fields } = query
    const filter = filterBy(fields, conditionIn(asked), kind)
    const read = (maxBytes: number) =>
      platform.events.query(tenantId, filter, { limit, cursor, maxBytes, sizeOf: sizeIn(view) })
    return inPage({ c, tenantId }, read, async ({ items, nextCursor }, hold) => {
      const noted = { count: items.length, person: filter.actorId, fields: view }
      await readNoted(deps, principal, 'GET /analytics/events', noted)
      const events = jsonArray(items, (record) => jsonOfEvent(record, view))
      const page = jsonObject<z.output<typeof EventPage>>({ events, nextCursor })
      return reply.stream(c, 200, page, hold)
    })
  })
}
