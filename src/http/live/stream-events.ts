import { AppError } from '../../error/app-error'
import { formats } from '../../realtime/event-frame'
import { keyWith } from '../admit'
import { readNoted } from '../audit'
import type { App, AppContext, AppDeps } from '../context'
import { streamLink } from '../links'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { fromPosition } from '../position'
import { createRoute } from '../route'
import { z } from '../zod'
import { readAsked } from './asked'
import { createEventStream } from './event-stream'
import { createHeldRecords } from './held-records'
import { holdOpen } from './hold-open'
import { eventText } from './message'

const text = (description: string) => z.string().optional().openapi({ description })

const Query = z.strictObject({
  filter: text(
    'A condition, as JSON: `{"path":"payload.score","gte":0.8}`, `{"all":[…]}`, `{"any":[…]}`, `{"not":…}`',
  ),
  event_type: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .openapi({ description: 'The exact type; given several times, any of them' }),
  session_id: text('The exact session'),
  user_id: text('Who: `user_id` of a native event, the actor of another'),
  format: z.enum(formats).default('event').openapi({
    description:
      '`event`: as a real-time pipeline shows events; `record`: as normalised by us; `raw`: `position` and `event`, as it was sent',
  }),
  after: z.string().min(1).optional().openapi({
    description:
      '`id` or `position` of the last event that came. Left out, what is stored from now on',
  }),
})

const Headers = z.object({
  'Last-Event-ID': text('As `after`, which it goes before: browsers send it when they come again'),
})

const route = createRoute({
  method: 'get',
  path: '/api/v1/events/stream',
  operationId: 'streamEvents',
  tags: ['Native'],
  summary: 'Follow events live, as server-sent events',
  description:
    'Scope `events:read`; the key may be `api_key` in the address, since `EventSource` sets no header. Every event that all parameters let pass, of any standard, in the order in which they were stored; each has the position behind it for its `id`, so that a client that comes again goes on without a gap or a repeat. Messages with a name: `ready` (where it begins), `resync` (what follows does not go on where it was asked to: `gone`, or `ahead` after a restore), `end` (why nothing follows any more).',
  ...keyed,
  request: { query: Query, headers: Headers },
  responses: {
    200: {
      description: 'Events, until one side ends it',
      headers: z.object(requestIdHeader),
      content: {
        'text/event-stream': {
          schema: z.string().openapi({ description: 'HTML standard, "Server-sent events"' }),
          example:
            'id: MTI.kXv3\ndata: {"id":"evt_1","event_type":"quiz_started","source":"quiz-service","session_id":null,"user_id":null,"payload":{},"timestamp":"2026-11-15T10:15:00.000Z","received_at":"2026-11-15T10:15:00.000Z","standard":"native","position":"MTI.kXv3"}\n\n',
        },
      },
    },
    307: {
      description: 'Events are streamed at another address (on AWS)',
      headers: z.object({ ...requestIdHeader, Location: z.string() }),
    },
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

const NONE = 'This server sends no event streams: ask for the latest events, or let a webhook tell.'

export function streamEvents(app: App, deps: AppDeps) {
  const { services, options } = deps
  const admit = keyWith('events:read')
  const held = createHeldRecords()

  operation(app, route, { admit }, async (c, { principal, query, headers, reply }) => {
    const { live } = services
    // Few follow, and each for long: that one began is what is noted.
    const noted = { count: 0, person: query.user_id, fields: query.format }
    if (c.req.method !== 'HEAD') await readNoted(deps, principal, `GET ${route.path}`, noted)
    if (live === undefined) {
      if (options.streamAt === undefined) throw new AppError('not_found', NONE)
      c.header('Location', streamLink(options.streamAt, `${route.path}${searchOf(c)}`))
      return reply.empty(c, 307)
    }
    const { condition, format, after } = readAsked({
      ...query,
      after: headers['Last-Event-ID'] || query.after,
    })
    // Nobody listens to the body of an answer to HEAD.
    if (c.req.method === 'HEAD') return reply.events(c, 200, null)

    const stream = createEventStream({
      held,
      write: (stored) => eventText(stored, format),
      // The rest, if nobody reads it, has the time of any other connection.
      ended: () => c.env?.patience?.(),
      maxMs: options.maxStreamMs,
    })
    try {
      const asked = { principal, condition, after, sink: stream.sink }
      const name = headers['Last-Event-ID'] ? 'Last-Event-ID' : 'after'
      stream.begin(await fromPosition(name, () => live.subscribe(asked)))
    } catch (thrown) {
      stream[Symbol.dispose]()
      throw thrown
    }
    holdOpen(c, stream)
    return reply.events(c, 200, stream.body)
  })
}

/** Returns the query with its question mark; the rest of the address may be odd. */
function searchOf(c: AppContext): string {
  const { url } = c.req
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at)
}
