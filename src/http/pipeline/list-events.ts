import { AppError } from '../../error/app-error'
import type { EventFilter } from '../../event/filter'
import { filterBy } from '../../query/where'
import { keyWith } from '../admit'
import { eventPages } from '../answers/event-page'
import { jsonArray } from '../answers/json'
import { readNoted } from '../audit'
import { conditionIn, filterText } from '../condition-parameter'
import type { App, AppContext, AppDeps } from '../context'
import { absoluteUrl } from '../links'
import { PipelineEvent, pipelineView, viewBytes, viewExample } from '../native/pipeline-event'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { eventsInSequence } from './in-sequence'
import { after, limitIn, timeIn } from './parameters'

const text = (description: string) => z.string().optional().openapi({ description })

// Parameters that are not known are ignored, as clients of such a pipeline are used to.
const Query = z.object({
  event_type: text('The exact type'),
  session_id: text('The exact session'),
  user_id: text('Who: `user_id` of a native event, the actor of another'),
  limit: z
    .string()
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: 1000, default: 100 }),
  since: text('Only what arrived after this time: a date, or an ISO 8601 date-time'),
  order: z.enum(['arrival', 'sequence']).default('arrival').openapi({
    description:
      '`arrival`: the latest first. `sequence`: by `seq`, the lowest first; only with `session_id`',
  }),
  filter: filterText,
  cursor: text('From the `Link` of the page before'),
})

type Asked = z.output<typeof Query>

const route = createRoute({
  method: 'get',
  path: '/api/v1/events',
  operationId: 'listNativeEvents',
  tags: ['Native'],
  summary: 'List events, the latest arrival first',
  description:
    'Scope `events:read`. Events of every standard, shown as native events. All filters must hold; unknown parameters are ignored. A further page is at the address in `Link` (`rel="next"`); a page may be short, even empty.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(
      z.array(PipelineEvent),
      { description: 'A page', example: [viewExample] },
      {
        Link: z.string().optional().openapi({ description: 'RFC 8288; absent on the last page' }),
      },
    ),
    ...problems(
      'invalid_request',
      'invalid_parameter',
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
  const checks = { admit: keyWith('events:read') }

  operation(app, route, checks, async (c, { principal, query, reply }) => {
    const { tenantId } = principal
    const limit = limitIn(query.limit)
    const filter = filterOf(query)
    const cursor = query.cursor || undefined
    const read = async (maxBytes: number) =>
      query.order === 'sequence'
        ? inSequence({ limit, cursor, maxBytes })
        : platform.events.latest(tenantId, filter, {
            ...{ limit, cursor, maxBytes, sizeOf: viewBytes },
          })
    return inPage({ c, tenantId }, read, async ({ items, nextCursor }, hold) => {
      const noted = { count: items.length, person: query.user_id, fields: 'event' }
      await readNoted(deps, principal, 'GET /api/v1/events', noted)
      if (nextCursor !== undefined) c.header('Link', nextLink(c, query, nextCursor))
      return reply.stream(c, 200, jsonArray(items, pipelineView), hold)
    })

    async function inSequence(asked: Parameters<typeof eventsInSequence>[3]) {
      const needs = { events: platform.events, tokens: await platform.tokens() }
      return eventsInSequence(needs, tenantId, filter, asked)
    }
  })
}

/** An empty value is none, as clients of such a pipeline are used to. */
function filterOf({ event_type, session_id, user_id, since, order, filter }: Asked) {
  const time = timeIn('since', since)
  if (order === 'sequence' && !session_id) {
    const message = 'Needs a session_id: seq counts within a session'
    const errors = [{ path: ['order'], message, code: 'required' }]
    throw new AppError('invalid_request', `order: ${message}`, { errors })
  }
  const fields: EventFilter = {
    ...(event_type && { type: event_type }),
    ...(session_id && { sessionId: session_id }),
    ...(user_id && { actorId: user_id }),
    ...(time && { receivedFrom: after(time) }),
  }
  return filterBy(fields, conditionIn(filter))
}

/** Writes the address of the next page, without what else stood in the query: it may be a key. */
function nextLink(c: AppContext, query: Asked, cursor: string): string {
  const sent = Object.entries({ ...query, cursor }).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(sent as [string, string][])
  return `<${absoluteUrl(c, `${c.req.path as `/${string}`}?${search}`)}>; rel="next"`
}
