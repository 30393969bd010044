import { askedBy } from '../../access/roles/questions'
import { findEvents } from '../../analytics/events/read-events'
import type { EventRecord } from '../../event/record'
import { createLakeTurns } from '../../platform/lake-turns'
import { whoseVisible } from '../../query/visible'
import { SESSION } from '../../standards/native/dialects/observer'
import { eventPages } from '../answers/event-page'
import { jsonArray, jsonObject, jsonOf } from '../answers/json'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit, time } from '../query-fields'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'

const QUESTION = 'GET /observer/sessions'

const Query = z.strictObject({
  userId: z.string().min(1).optional().openapi({
    description: 'Of this learner, as events name them',
    example: 'gc-104233',
  }),
  from: time('Opened from this time on', '2026-11-30'),
  to: time('Opened before this time', '2026-12-01'),
  limit,
  cursor: z.string().min(1).optional().openapi({ description: '`nextCursor` of the page before' }),
})

const ObserverSession = z
  .object({
    sessionId: z.string().openapi({ description: 'The `sessionId` of its events, too' }),
    openedAt: z.iso.datetime(),
    userId: z.string().optional(),
    source: z.string().optional().openapi({ description: 'As the client calls it' }),
    version: z.string().optional(),
    sourceId: z.string().openapi({ description: 'The source of the key' }),
    sec: z.string().optional().openapi({
      description:
        '`authenticated` where somebody vouches for the learner, else `unauthenticated`, `none`',
    }),
    providence: z.string().optional().openapi({ description: 'By which method: `gcu`, `tc`, …' }),
  })
  .openapi('ObserverSession')

const Sessions = z
  .object({
    sessions: z.array(ObserverSession),
    nextCursor: z.string().optional().openapi({
      description: 'Absent on the last page, and only there: a page may be short, even empty',
    }),
  })
  .openapi('ObserverSessions')

const example = {
  sessions: [
    {
      sessionId: '2c7f6a54-8f0e-4c0e-9d55-6f4f1b1c8a10',
      openedAt: '2026-11-30T08:15:00.000Z',
      userId: 'gc-104233',
      source: 'org.mitros.writing_analytics',
      version: '1.0',
      sourceId: 'writing',
      sec: 'unauthenticated',
      providence: 'gcu',
    },
  ],
}

const route = createRoute({
  method: 'get',
  path: '/observer/sessions',
  operationId: 'listObserverSessions',
  tags: ['Native'],
  summary: 'List connections of Learning Observer’s clients, newest first',
  description: `${askedBy(QUESTION)} Each from its first stored frame on. Covers what the hot store still keeps; a range whose \`from\` lies before that is answered from hot store and lake as one.`,
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(Sessions, { description: 'A page', example }),
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

export function listSessions(app: App, deps: AppDeps) {
  const { platform, services, options } = deps
  const inPage = eventPages(deps)
  const turns = createLakeTurns(1)
  const needs = {
    ...{ platform, events: platform.events, blobs: platform.blobs, tokens: platform.tokens },
    ...{ hidden: services.hidden, clock: options.clock, hotTtlDays: options.config.hotTtlDays },
  }
  const admit = viewerFor(QUESTION, deps)
  operation(app, route, { admit }, async (c, { principal: viewer, query, reply }) => {
    const { tenantId, visibility } = viewer
    const { userId, limit, cursor, from, to } = query
    const whose = whoseVisible(visibility)
    const filter = {
      ...{ type: SESSION, actorId: userId, from, to },
      ...(whose.length > 0 && { whose }),
    }
    const { signal } = c.req.raw
    const page = await findEvents(needs, {
      ...{ viewer, filter, condition: undefined, order: 'desc', limit, cursor, signal },
      ...{ sizeOf: ({ raw }: EventRecord) => Buffer.byteLength(raw), isWhole: false },
    })
    const end = page.isBoth ? await turns.take(tenantId, signal) : () => {}
    const read = async (maxBytes: number) => {
      const { items, nextCursor } = await page.read(maxBytes).finally(end)
      return { items: items.map(({ record }) => record), nextCursor }
    }
    return inPage({ c, tenantId }, read, async ({ items, nextCursor }, hold) => {
      await readNoted(deps, viewer, QUESTION, { count: items.length, person: userId })
      const sessions = jsonArray(items, (record) => jsonOf(shownSession(record)))
      const body = jsonObject<z.output<typeof Sessions>>({ sessions, nextCursor })
      return reply.stream(c, 200, body, hold)
    }).finally(end)
  })
}

function shownSession({ raw, sessionId = '', actorId, edAppId, eventTime, sourceId }: EventRecord) {
  const { session, auth } = JSON.parse(raw) as Record<string, Record<string, unknown> | null>
  const textIn = (of: typeof auth | undefined, name: string) => {
    const value = of?.[name]
    return typeof value === 'string' ? { [name]: value } : {}
  }
  return {
    ...{ sessionId, openedAt: eventTime, userId: actorId, source: edAppId },
    ...textIn(session, 'version'),
    sourceId,
    ...textIn(auth, 'sec'),
    ...textIn(auth, 'providence'),
  }
}
