import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import { native } from '../../standards/native/standard'
import type { WireBody } from '../../wire/body'
import { requireScope } from '../authenticate'
import { readWire } from '../body'
import type { App, AppContext, AppDeps } from '../context'
import { inHeader, type Way } from '../credentials'
import { requireJson } from '../json-type'
import { jsonReply, problems } from '../openapi'
import { rawOperation } from '../raw-operation'
import { senderOf } from '../receive'
import { createRoute } from '../route'
import { z } from '../zod'
import { readShowing } from './write-key'

/** Each address takes one kind, by its last step: the libraries of browsers have short ones. */
const calls: Readonly<Record<string, string>> = {
  ...{ batch: 'batch', b: 'batch', import: 'batch' },
  ...{ track: 'track', t: 'track', identify: 'identify', i: 'identify' },
  ...{ page: 'page', p: 'page', screen: 'screen', s: 'screen' },
  ...{ group: 'group', g: 'group', alias: 'alias', a: 'alias' },
}

const Message = z.looseObject({
  type: z.string().optional(),
  event: z.string().optional().openapi({ description: 'What was tracked' }),
  messageId: z.string().optional().openapi({ description: 'Makes a resend recognisable' }),
  userId: z.union([z.string(), z.int()]).nullish(),
  anonymousId: z.union([z.string(), z.int()]).nullish(),
  timestamp: z.string().optional(),
})

const Messages = z
  .union([Message, z.looseObject({ batch: z.array(z.unknown()) })])
  .openapi('SegmentMessages', { description: 'A message, or at `batch` an object with a list' })

const example = {
  batch: [
    {
      type: 'track',
      messageId: 'node-1-7f3a',
      userId: 'u-554433',
      event: 'Lesson Completed',
      properties: { lesson_id: 'l7' },
      timestamp: '2026-11-15T10:15:00.000Z',
    },
  ],
  sentAt: '2026-11-15T10:15:01.000Z',
}

const route = createRoute({
  method: 'post',
  path: '/v1/{call}',
  operationId: 'receiveSegmentMessages',
  tags: ['Native'],
  summary: "Send events with Segment's libraries",
  description:
    'Scope `events:write`. Takes what the libraries of Segment and RudderStack send: the key is the user of Basic before an empty password, or `writeKey` in the body where no header shows one. Answered once everything is on disk, or in quarantine; the list of what is there: `GET /quarantine`.',
  security: [{ key: [] }, {}],
  request: {
    params: z.object({ call: z.enum(Object.keys(calls)) }),
    body: {
      required: true,
      content: { 'application/json': { schema: Messages, example } },
    },
  },
  responses: {
    200: jsonReply(z.object({ success: z.literal(true) }), {
      description: 'Everything is durable: stored, or in quarantine',
      example: { success: true } as const,
    }),
    ...problems(
      'invalid_json',
      'invalid_encoding',
      'invalid_request',
      'unauthenticated',
      'forbidden',
      'blocked',
      'not_found',
      'timeout',
      'too_large',
      'unsupported_media_type',
      'held_back',
      'unavailable',
      'busy',
      'quarantine_full',
    ),
  },
})

export function receiveMessages(app: App, { services, options }: AppDeps) {
  const { config } = options

  rawOperation(app, route, async (c, reply) => {
    const call = calls[c.req.param('call') ?? '']
    if (call === undefined) throw new AppError('not_found', 'Nothing of Segment is taken here.')
    c.set('brings', true)
    const { principal, body } = await admitted(c)
    const sender = senderOf(c, principal)
    const context = { dialect: 'segment', call }
    const contentType = c.req.header('Content-Type')
    const arrival = { sender, standard: native, form: 'document' as const, contentType, context }
    await services.ingest({ ...arrival, body }).catch(unlessQuarantined)
    return reply.json(c, 200, { success: true })
  })

  async function admitted(c: AppContext): Promise<{ principal: Principal; body: WireBody }> {
    if (inHeader.read(c) !== undefined) {
      const principal = await requireScope(c, 'events:write')
      requireJson(c)
      return { principal, body: await readWire(c, config) }
    }
    requireJson(c)
    const { key, body } = await readShowing(c, config)
    return { principal: await requireScope(c, 'events:write', keyInBody(key)), body }
  }
}

function keyInBody(key: string | undefined): Way {
  return {
    read: () => key,
    missing:
      'Send a key: as the user of Basic before an empty password, or `writeKey` in the body.',
    unknown: 'The writeKey in the body is not known here, or was revoked.',
  }
}

/** A strict source has nothing left to be sent again: all that it sent is in quarantine. */
function unlessQuarantined(thrown: unknown): void {
  if (thrown instanceof AppError && thrown.code === 'not_conformant') return
  throw thrown
}
