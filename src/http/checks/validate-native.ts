import { LISTED_BYTES, MAX_LISTED } from '../../error/listing'
import type { TypesInForce } from '../../event/event-type'
import { MAX_DEPTH, MAX_ID_LENGTH, MAX_ITEMS } from '../../event/limits'
import { native } from '../../standards/native/standard'
import { InvalidReport, reportingWith, ValidReport } from '../conformance-report'
import type { App, AppContext, AppDeps } from '../context'
import { inHeader } from '../credentials'
import { NativeBody, NativeLines } from '../native/event'
import { jsonReply, problems } from '../openapi'
import { rawOperation } from '../raw-operation'
import { createRoute } from '../route'

const issue = {
  path: [0, 'event_type'],
  message: 'Required',
  code: 'required',
  severity: 'error' as const,
}

/** Its type is one of ours, so that there is nothing to be said of it. */
const registeredEvent = {
  event_type: 'question_viewed',
  timestamp: '2026-11-15T10:15:00.000Z',
  user_id: 'student-456',
  source: 'quiz_engine',
  session_id: 'session-123',
  payload: { question_id: 'q-42' },
}

const route = createRoute({
  method: 'post',
  path: '/api/v1/events/validate',
  operationId: 'validateNativeEvents',
  tags: ['Native'],
  summary: 'Check events of your own making',
  description: [
    'An error is what `POST /api/v1/events` would quarantine, or store as not conformant: it breaks the schema of its type. A warning is a type that is not registered. It takes whatever that address takes. Needs no key; with one, the types of its tenant count, too. Stores nothing.',
    `Limits: on AWS 64 KB without a key; ${MAX_ITEMS} items, each nested at most ${MAX_DEPTH} levels deep, with an id of at most ${MAX_ID_LENGTH} characters. At most ${MAX_LISTED} errors and ${LISTED_BYTES / 1024} KB of them are listed.`,
  ].join(' '),
  request: {
    body: {
      required: true,
      content: {
        'application/json': { schema: NativeBody, example: registeredEvent },
        'application/x-ndjson': { schema: NativeLines },
      },
    },
  },
  responses: {
    ...problems('timeout', 'too_large', 'unsupported_media_type', 'busy', 'rate_limited'),
    200: jsonReply(ValidReport, {
      description: 'All of them are events',
      example: { valid: true, eventCount: 1, entityCount: 0, warnings: [] },
    }),
    400: jsonReply(InvalidReport, {
      description: 'Some of them are none',
      example: { valid: false, errors: [issue] },
    }),
  },
})

export function validateNative(app: App, deps: AppDeps) {
  const { services } = deps
  const report = reportingWith(deps)

  /** Finds the types of whoever shows a key that is known; ours for everybody else. */
  async function typesFor(c: AppContext): Promise<TypesInForce> {
    const credential = inHeader.read(c)
    const principal = credential && (await c.var.authenticate(credential))
    if (!principal) return native.typesInForce({ own: [], order: [], unknownTypes: 'accept' })
    const { tenantId, sourceId } = principal
    return services.findTypes(tenantId, await services.findSource(tenantId, sourceId))
  }

  rawOperation(app, route, async (c, reply) => {
    const { json, hold, valid } = await report(c, native, undefined, () => typesFor(c))
    return valid ? reply.stream(c, 200, json, hold) : reply.stream(c, 400, json, hold)
  })
}
