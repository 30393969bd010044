import { AppError } from '../../error/app-error'
import { LISTED_BYTES, MAX_LISTED } from '../../error/listing'
import { MAX_DEPTH, MAX_ID_LENGTH, MAX_ITEMS } from '../../event/limits'
import { createTurns, type Turn } from '../../platform/turns'
import { MAX_ISSUES } from '../../standards/caliper/check/found-issue'
import { caliper } from '../../standards/caliper/standard'
import type { ConformanceReport } from '../../standards/standard'
import { type JsonText, jsonOf } from '../answers/json'
import { readText, requireMediaType } from '../body'
import type { App, AppContext, AppDeps } from '../context'
import { Issue, jsonBody, jsonReply, problems } from '../openapi'
import { rawOperation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { Envelope } from './envelope'
import { caliperEnvelope } from './examples'

const ReportedIssue = Issue.extend({
  severity: z.enum(['error', 'warning']).openapi({
    description: '`error` where the text says MUST, `warning` where it says SHOULD',
  }),
}).openapi('CaliperIssue', {
  example: {
    path: ['data', 0, 'type'],
    message: 'Required',
    code: 'required',
    severity: 'error',
    spec: 'Caliper 1.2, 2.1 Event',
  },
})

const warnings = z
  .array(ReportedIssue)
  .openapi({ description: 'What the standard recommends against; it conforms all the same' })

const byCode = z.record(z.string(), z.int())
const cutFields = {
  truncated: z.literal(true).optional().openapi({ description: 'More was found than is listed' }),
  counts: z.object({ errors: byCode, warnings: byCode }).optional().openapi({
    description: 'With `truncated`: how many there are of each code, listed or not',
  }),
}

const Valid = z
  .object({
    valid: z.literal(true),
    eventCount: z.int().min(0),
    entityCount: z.int().min(0),
    warnings,
    ...cutFields,
  })
  .openapi('CaliperValid')

const Invalid = z
  .object({
    valid: z.literal(false),
    errors: z.array(ReportedIssue),
    warnings: warnings.optional(),
    ...cutFields,
  })
  .openapi('CaliperInvalid')

const route = createRoute({
  method: 'post',
  path: '/caliper/v1p2/events/validate',
  operationId: 'validateCaliperEvents',
  tags: ['Caliper'],
  summary: 'Check events against the standard',
  description: [
    "By the text of each item's own version (1.2, 1.1 with its profile extensions, 1.0), which is stricter than what `POST /caliper/v1p2/events` keeps. Needs no key; stores nothing.",
    `Limits: ${MAX_ITEMS} items, each nested at most ${MAX_DEPTH} levels deep, with an id of at most ${MAX_ID_LENGTH} characters. At most ${MAX_LISTED} errors and as many warnings are listed, ${MAX_ISSUES} of one item and ${LISTED_BYTES / 1024} KB of either; a last one, \`too_many\`, says that there are more, and \`counts\` how many.`,
  ].join(' '),
  request: {
    body: jsonBody(Envelope, { description: 'An envelope', example: caliperEnvelope }),
  },
  responses: {
    ...problems('timeout', 'too_large', 'unsupported_media_type', 'busy'),
    200: jsonReply(Valid, {
      description: 'It conforms',
      example: { valid: true, eventCount: 1, entityCount: 0, warnings: [] },
    }),
    400: jsonReply(Invalid, {
      description: 'It departs from the standard',
      example: {
        valid: false,
        errors: [
          {
            path: ['data', 0, 'actor', 'type'],
            message: 'Expected Person, got "SoftwareApplication"',
            code: 'wrong_entity',
            severity: 'error',
            spec: 'Caliper 1.2, 4.3 Types and Type Coercion',
          },
        ],
      },
    }),
  },
})

// Senders who check events show no key: together they share the room of one tenant.
const ANYBODY = ''

export function validateEvents(app: App, { options, answers }: AppDeps) {
  const { config } = options
  const turns = createTurns()
  rawOperation(app, route, async (c, reply) => {
    requireMediaType(c, 'application/json')
    const turn = turns.begin(c.env.ip ?? ANYBODY)
    const { valid, errors, warnings, truncated, counts, ...sums } = await check(c, config, turn)
    const cut = truncated && { truncated, counts }
    const some = warnings.length > 0 && { warnings }
    if (valid) {
      const report = jsonOf({ valid, ...sums, warnings, ...cut })
      return reply.stream(c, 200, report, await roomFor(c, report))
    }
    const report = jsonOf({ valid, errors, ...some, ...cut })
    return reply.stream(c, 400, report, await roomFor(c, report))
  })

  function roomFor(c: AppContext, { text }: JsonText<unknown>) {
    return answers.take(ANYBODY, text.length, c.req.raw.signal)
  }
}

/** Checks a body. One that cannot be unpacked does not conform either: a 400 here has always one form. */
async function check(
  c: AppContext,
  config: AppDeps['options']['config'],
  turn: Turn,
): Promise<ConformanceReport> {
  try {
    const text = await readText(c, config)
    await turn.next()
    const steps = caliper.report(text)
    for (;;) {
      const { done, value } = steps.next()
      if (done) return value
      if (turn.isOver()) await turn.next()
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 400) throw error
    const { message, code } = error
    const issue = { path: [], message, code, severity: 'error' as const }
    return { valid: false, eventCount: 0, entityCount: 0, errors: [issue], warnings: [] }
  }
}
