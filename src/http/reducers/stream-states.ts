import { askedBy } from '../../access/roles/questions'
import { AppError } from '../../error/app-error'
import type { Viewer } from '../../identity/viewer'
import { createFollowed } from '../../reducers/reading/followed'
import { MOST_LEARNERS } from '../../reducers/reading/read-states'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { streamLink } from '../links'
import { holdOpen } from '../live/hold-open'
import { lookedAtAgain } from '../live/looked-at-again'
import { retryText } from '../live/message'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { oneOf } from './list-states'
import { stateRoutesOf } from './needs'
import { askedFields, ReducerParams } from './shown-state'
import { createStatesBody } from './states-body'

const QUESTION = 'GET /api/v1/reducers/{name}/stream'

const route = createRoute({
  method: 'get',
  path: '/api/v1/reducers/{name}/stream',
  operationId: 'streamReducerStates',
  tags: ['Reducers'],
  summary: 'Follow what a reducer comes to, as server-sent events',
  description: `${askedBy(QUESTION)} The key may be \`api_key\` in the address, since \`EventSource\` sets no header. First the states that are asked for, as they are now, each a message; then each again when it has changed, within two seconds of the event. A state takes the place of an earlier one of the same learner and field. A client that comes again is sent all of them anew. Without \`group\`, \`learner\` and \`source\`, whoever sees all of the organisation is sent what changes from now on. Messages with a name: \`ready\`, \`gone\` (a state that may not be seen any more, or is no more), \`end\`.`,
  ...keyed,
  request: { params: ReducerParams, query: z.strictObject(askedFields) },
  responses: {
    200: {
      description: 'States, until one side ends it',
      headers: z.object(requestIdHeader),
      content: {
        'text/event-stream': {
          schema: z.string().openapi({ description: 'HTML standard, "Server-sent events"' }),
          example:
            'data: {"reducer":"time-on-task","version":1,"learner":"https://example.edu/users/554433","state":{"activeMinutes":41.5},"events":311,"skipped":0,"through":"2026-11-30T09:30:00.120Z","updatedAt":"2026-11-30T09:30:00.310Z"}\n\n',
        },
      },
    },
    307: {
      description: 'States are streamed at another address (on AWS)',
      headers: z.object({ ...requestIdHeader, Location: z.string() }),
    },
    ...problems(
      ...(['invalid_request', 'unauthenticated', 'forbidden'] as const),
      ...(['not_found', 'unavailable', 'busy'] as const),
    ),
  },
})

const NONE = 'This server sends no event streams: ask for the states again.'
// A page that lost its connection comes again after so long; the specification leaves it to us.
const RETRY_MS = 2000

export function streamStates(app: App, deps: AppDeps) {
  const { services, options } = deps
  const { find, ready, following } = stateRoutesOf(deps)

  operation(app, route, { admit: viewerFor(QUESTION, deps) }, async (c, input) => {
    const { principal: viewer, params, query, reply } = input
    const { live } = services
    const { tenantId, principal } = viewer
    oneOf(query)
    const declared = await find(tenantId, params.name)
    const { name } = declared
    following.requireScope(declared, query)
    // Few follow, and each for long: that one began is what is noted.
    if (c.req.method !== 'HEAD') {
      const { learner: person, group } = query
      await readNoted(deps, viewer, QUESTION, { count: 0, person, group, fields: name })
    }
    if (live === undefined) {
      if (options.streamAt === undefined) throw new AppError('not_found', NONE)
      const { search, pathname } = new URL(c.req.url)
      c.header('Location', streamLink(options.streamAt, `${pathname}${search}`))
      return reply.empty(c, 307)
    }
    // Nobody listens to the body of an answer to HEAD.
    if (c.req.method === 'HEAD') return reply.events(c, 200, null)

    await ready(principal, name)
    const seen = lookedAtAgain(viewer, deps)
    const now = (): Viewer => ({ ...viewer, visibility: seen.visibility() })
    const followed = createFollowed(following, now, declared, query)
    const body = createStatesBody({
      ...followed,
      ended() {
        seen[Symbol.dispose]()
        // The rest, if nobody reads it, has the time of any other connection.
        c.env?.patience?.()
      },
      maxMs: options.maxStreamMs,
      most: MOST_LEARNERS,
    })
    try {
      // The feed tells of what is stored from now on; the rest is read.
      body.begin(await live.subscribe({ principal, sink: body.sink }), retryText(RETRY_MS))
    } catch (thrown) {
      body[Symbol.dispose]()
      throw thrown
    }
    holdOpen(c, body)
    return reply.events(c, 200, body.body)
  })
}
