import { createRoute, z } from '@hono/zod-openapi'
import { AppError } from '../../error/app-error'
import { MAX_DEPTH, MAX_ID_LENGTH, MAX_ITEMS } from '../../event/limits'
import { MAX_DEPARTURES } from '../../standards/caliper/check/departure'
import {
  type ConformanceReport,
  checkingCaliper,
  MAX_LISTED,
} from '../../standards/caliper/conformance'
import { inTurns } from '../../syntax/steps'
import { decodeWire, readWire, requireMediaType } from '../body'
import type { App, AppContext, AppDeps } from '../context'
import { Issue, jsonBody, jsonReply, problems } from '../openapi'
import { operation } from '../operation'
import { Envelope } from './envelope'
import { caliperEnvelope } from './examples'

const Finding = Issue.extend({
  severity: z.enum(['error', 'warning']).openapi({
    description: '`error` where the text says MUST, `warning` where it says SHOULD',
  }),
}).openapi('CaliperFinding', {
  example: {
    path: ['data', 0, 'type'],
    message: 'Required',
    code: 'required',
    severity: 'error',
    spec: 'Caliper 1.2, 2.1 Event',
  },
})

const warnings = z
  .array(Finding)
  .openapi({ description: 'What the standard recommends against; it conforms all the same' })

const Valid = z
  .object({
    valid: z.literal(true),
    eventCount: z.int().min(0),
    entityCount: z.int().min(0),
    warnings,
  })
  .openapi('CaliperValid')

const Invalid = z
  .object({ valid: z.literal(false), errors: z.array(Finding), warnings: warnings.optional() })
  .openapi('CaliperInvalid')

const route = createRoute({
  method: 'post',
  path: '/caliper/v1p2/events/validate',
  operationId: 'validateCaliperEvents',
  tags: ['Caliper'],
  summary: 'Check events against the standard',
  description: [
    "By the text of each item's own version (1.2, 1.1 with its profile extensions, 1.0), which is stricter than what `POST /caliper/v1p2/events` keeps. Needs no key; stores nothing.",
    `Limits: ${MAX_ITEMS} items, each nested at most ${MAX_DEPTH} levels deep, with an id of at most ${MAX_ID_LENGTH} characters. At most ${MAX_LISTED} errors and as many warnings are listed, ${MAX_DEPARTURES} of one item; a last one, \`too_many\`, says that there are more.`,
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

export function validateEvents(app: App, { options }: AppDeps) {
  const { config } = options
  operation(app, route, async (c) => {
    requireMediaType(c, 'application/json')
    const { valid, errors, warnings, ...counts } = await check(c, config)
    if (valid) return c.json({ valid, ...counts, warnings })
    return c.json({ valid, errors, ...(warnings.length > 0 && { warnings }) }, 400)
  })
}

/** What cannot be unpacked is one more way of not conforming: a 400 here has always one form. */
async function check(
  c: AppContext,
  config: AppDeps['options']['config'],
): Promise<ConformanceReport> {
  try {
    return await inTurns(checkingCaliper(await decodeWire(await readWire(c, config), config)))
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 400) throw error
    const { message, code } = error
    const finding = { path: [], message, code, severity: 'error' as const }
    return { valid: false, eventCount: 0, entityCount: 0, errors: [finding], warnings: [] }
  }
}
