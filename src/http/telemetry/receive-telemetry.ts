import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import type { Receipt } from '../../event/receipt'
import type { Sender } from '../../ingest/arrival'
import { formNamed } from '../../standards/native/content-type'
import { native } from '../../standards/native/standard'
import { requireWriter } from '../authenticate'
import { readWire } from '../body'
import type { App, AppContext, AppDeps } from '../context'
import { inHeader, type Way } from '../credentials'
import { notJson, refuseForm } from '../json-type'
import { jsonReply, keyed, problems } from '../openapi'
import { rawOperation } from '../raw-operation'
import { senderOf } from '../receive'
import { createRoute } from '../route'
import { batchExample, replyExample, TelemetryBatch, TelemetryReply } from './schemas'

const MOST_EVENTS = 50
const MOST_REASONS = 5

const route = createRoute({
  method: 'post',
  path: '/v1/telemetry/events',
  operationId: 'receiveTelemetry',
  tags: ['Native'],
  summary: 'Send what a player of tests tells of a session',
  description:
    'Scope `events:write`, or a person’s token. At most 50 events of sessions that were created here, of the person whose token it is; with a key, of whose a session is. An event that is refused is quarantined with its reasons and costs the others nothing: the answer is 403 only where every event is of somebody else’s session, or of a question that is not in it. A beacon may show its key as `api_key` in the address, and be `text/plain`.',
  ...keyed,
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: TelemetryBatch, example: batchExample } },
    },
  },
  responses: {
    200: jsonReply(TelemetryReply, { description: 'How the events fared', example: replyExample }),
    ...problems(
      'invalid_json',
      'invalid_encoding',
      'invalid_request',
      'unauthenticated',
      'forbidden',
      'blocked',
      'timeout',
      'too_large',
      'unsupported_media_type',
      'held_back',
      'too_many_events',
      'unavailable',
      'busy',
      'quarantine_full',
    ),
  },
})

/** A beacon can set no header, so that a page's key may stand in the address. */
const beacon: Way = { ...inHeader, read: (c) => inHeader.read(c) ?? c.req.query('api_key') }

export function receiveTelemetry(app: App, { services, options }: AppDeps) {
  rawOperation(app, route, async (c, reply) => {
    c.set('brings', true)
    const principal = await requireWriter(c, beacon)
    requireJsonText(c)
    const body = await readWire(c, options.config)
    if (body.encoding === 'identity') refuseForm(c, body.text)
    const context = { door: 'sessions', mostItems: String(MOST_EVENTS) }
    const receipt = await services
      .ingest({
        ...{ sender: barely(senderOf(c, principal)), standard: native },
        form: 'document',
        ...{ contentType: c.req.header('Content-Type'), context, body },
      })
      .catch(receiptOfStrict)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, replyOf(receipt))
  })
}

/** Who takes a test is known by their id alone: neither by an address nor by a browser. */
function barely({ server, ...sender }: Sender): Sender {
  const { ip: _, userAgent: __, ...facts } = server
  return { ...sender, server: facts }
}

/** A beacon names its body `text/plain`, since a page would be asked for another type before. */
function requireJsonText(c: AppContext): void {
  const form = formNamed(c.req.header('Content-Type'))
  if (form !== 'document' && form !== 'message') throw notJson()
}

type Fared = Pick<
  Receipt,
  'eventCount' | 'acceptedForLater' | 'quarantined' | 'quarantinedCount' | 'withheld' | 'blocked'
>

/** A strict source of which nothing could be stored is told as any other here. */
function receiptOfStrict(thrown: unknown): Fared {
  if (!(thrown instanceof AppError) || thrown.code !== 'not_conformant') throw thrown
  const named = (thrown.extra.quarantined ?? []) as { index: number; quarantineId: string }[]
  const of = (index: number) => thrown.errors.filter(({ path }) => path[0] === index)
  const quarantined = named.map((item) => ({ ...item, errors: of(item.index) }))
  return { eventCount: 0, quarantined }
}

// A batch refused for these reasons alone is a 403, as a player expects it of what is not its user's.
const ofOthers = new Set([
  'not_session_owner',
  'unknown_session',
  'question_not_in_session',
  'other_user',
])

/** @throws {AppError} `forbidden` when nothing may be stored, because all of it is somebody else's */
function replyOf({ eventCount, acceptedForLater = 0, quarantined, ...more }: Fared) {
  const { quarantinedCount, withheld, blocked } = more
  const rejected = quarantinedCount ?? quarantined.length
  const reasons = quarantined.flatMap(({ errors: [first] }) => (first ? [reasonOf(first)] : []))
  const told = {
    accepted: eventCount + acceptedForLater,
    rejected,
    rejected_reasons_sample: reasons.slice(0, MOST_REASONS),
    ...(withheld !== undefined && { withheld }),
    ...(blocked !== undefined && { blocked }),
  }
  const isOfOthers = quarantined.every(({ errors }) =>
    errors.every(({ code }) => ofOthers.has(code)),
  )
  if (told.accepted > 0 || rejected === 0 || !isOfOthers) return told
  const detail = `None of ${rejected} events is of a session of this user; all are in quarantine.`
  const errors = quarantined.flatMap((item) => item.errors)
  throw new AppError('forbidden', detail, {
    errors,
    extra: { ...told, quarantined: quarantined.map(({ errors: _, ...item }) => item) },
  })
}

function reasonOf({ path, message, code }: Issue): string {
  const [index = 0, ...rest] = path[0] === 'events' ? path.slice(1) : path
  const at = [`events[${index}]`, ...rest].join('.')
  return `${at}: ${message} (${code})`
}
