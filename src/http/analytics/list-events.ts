import { createRoute, z } from '@hono/zod-openapi'
import type { EventRecord } from '../../event/record'
import { PAGE_BYTES } from '../../platform/event-store'
import { sendPieces } from '../answers/send'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit, time } from '../query-fields'
import { parseQuery } from '../validation'
import { AnEvent, eventExample, partsOf, sizeIn, View } from './event-view'

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

export function listEvents(app: App, { platform, options, answers }: AppDeps) {
  const { config, maxReplyBytes = PAGE_BYTES } = options
  const maxBytes = Math.min(PAGE_BYTES, maxReplyBytes)
  // One event may be larger than a page should be.
  const reserved = Math.max(maxBytes, config.maxBodyBytes)

  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'events:read')
    const { limit, cursor, view, kind, ...fields } = parseQuery(Query, c)
    const filter = kind === 'all' ? fields : { ...fields, kind }
    const hold = await answers.take(tenantId, reserved, c.req.raw.signal)
    try {
      const page = { limit, cursor, maxBytes, sizeOf: sizeIn(view) }
      const { items, nextCursor } = await platform.events.query(tenantId, filter, page)
      hold.keep(items.reduce((sum, { raw }) => sum + raw.length, 0))
      return sendPieces(c, piecesOf(items, view, nextCursor), hold)
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  })
}

function* piecesOf(items: readonly EventRecord[], view: View, nextCursor: string | undefined) {
  yield '{"events":['
  for (const [at, record] of items.entries()) {
    if (at > 0) yield ','
    yield* partsOf(record, view)
  }
  yield nextCursor === undefined ? ']}' : `],"nextCursor":${JSON.stringify(nextCursor)}}`
}
