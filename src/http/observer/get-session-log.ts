import { askedBy } from '../../access/roles/questions'
import { AppError } from '../../error/app-error'
import { frameId } from '../../event/id'
import { reaches, reachOf } from '../../identity/reach'
import type { Viewer } from '../../identity/viewer'
import { type LoggedFrame, readLog } from '../../observer/session-log'
import { isVisible } from '../../query/visible'
import { eventPages } from '../answers/event-page'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit } from '../query-fields'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'

const QUESTION = 'GET /observer/sessions/{id}/log'
const NEXT = 'X-Nonius-Next-After'

const Params = z.object({
  id: z.string().min(1).max(512).openapi({
    description: '`sessionId` of the list, percent-encoded',
    example: '2c7f6a54-8f0e-4c0e-9d55-6f4f1b1c8a10',
  }),
})

const Query = z.strictObject({
  // A connection of a year has fewer frames than a billion.
  after: z
    .string()
    .regex(/^\d{1,9}$/, 'Must be a whole number from 0 to 999999999')
    .default('0')
    .transform(Number)
    .openapi({
      ...{ type: 'integer', minimum: 0, maximum: 999_999_999, default: 0 },
      description: 'Frames after this number; of the page before, `X-Nonius-Next-After`',
    }),
  limit,
})

const route = createRoute({
  method: 'get',
  path: '/observer/sessions/{id}/log',
  operationId: 'getObserverLog',
  tags: ['Native'],
  summary: 'Read the frames of a connection, in their order',
  description: `${askedBy(QUESTION)} One that they may not see is not there: 404. A JSON object a line: \`client\` is the frame to the letter, after the rules of the policy; beside it stand \`locked\`, \`auth\`, and \`connection\` with the number of the frame and its arrival. Frames in quarantine are among them where the key may read there, each with \`quarantined\`. Covers what the hot store still keeps.`,
  ...keyed,
  request: { params: Params, query: Query },
  responses: {
    200: {
      description: 'A page of frames',
      headers: z.object({
        [NEXT]: z.string().optional().openapi({
          description: 'Where the next page begins; absent on the last one',
        }),
      }),
      content: {
        'application/x-ndjson': { schema: z.string().openapi({ description: 'A frame a line' }) },
      },
    },
    ...problems(
      'invalid_request',
      'unauthenticated',
      'forbidden',
      'not_found',
      'unavailable',
      'busy',
    ),
  },
})

export function getSessionLog(app: App, deps: AppDeps) {
  const { platform } = deps
  const { events, quarantine } = platform
  const inPage = eventPages(deps)
  const admit = viewerFor(QUESTION, deps)
  operation(app, route, { admit }, async (c, { principal: viewer, params, query, reply }) => {
    const { tenantId, visibility } = viewer
    const sessionId = params.id
    const session = await events.get(tenantId, frameId(sessionId, 0))
    if (session === undefined || !isVisible(visibility, session)) {
      const detail = 'No connection of yours has this id, or its time here has passed.'
      throw new AppError('not_found', detail)
    }
    const read = async (maxBytes: number) => {
      const { frames, next } = await readLog(
        { events, quarantine },
        {
          ...{ tenantId, sessionId, session, ...query, maxBytes },
          isVisible: (record) => isVisible(visibility, record),
          hasQuarantined: readsQuarantine(viewer, session.sourceId),
        },
      )
      return { items: frames, next }
    }
    return inPage({ c, tenantId }, read, async ({ items, next }, hold) => {
      await readNoted(deps, viewer, QUESTION, { count: items.length, person: session.actorId })
      if (next !== undefined) c.header(NEXT, String(next))
      return reply.lines(c, 200, linesOf(items), hold)
    })
  })
}

/** Quarantine is no role's: a key has the scope, and all of the tenant may be seen. */
function readsQuarantine({ principal, visibility }: Viewer, sourceId: string): boolean {
  const { scopes } = principal
  const isAllowed = scopes.includes('admin') || scopes.includes('quarantine:read')
  return isAllowed && visibility.kind === 'tenant' && reaches(reachOf(principal), sourceId)
}

function* linesOf(frames: readonly LoggedFrame[]): Iterable<string> {
  for (const { raw, quarantined } of frames) {
    // A line break of JSON stands between its values: within a text it is escaped.
    const line = raw.replace(/[\r\n]+/g, ' ')
    if (quarantined === undefined) yield line
    else if (!line.endsWith('}')) yield JSON.stringify({ raw, quarantined })
    else yield `${line.slice(0, -1)},"quarantined":${JSON.stringify(quarantined)}}`
    yield '\n'
  }
}
