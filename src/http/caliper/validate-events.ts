import { createRoute, z } from '@hono/zod-openapi'
import { AppError } from '../../error/app-error'
import { checkCaliper } from '../../standards/caliper/conformance'
import { decodeWire, readWire, requireMediaType } from '../body'
import type { App, AppContext, AppDeps } from '../context'
import { Issue, jsonBody, jsonReply, problems } from '../openapi'
import { operation } from '../operation'
import { Envelope } from './envelope'
import { caliperEnvelope } from './examples'

const Valid = z
  .object({
    valid: z.literal(true),
    eventCount: z.int().min(0),
    entityCount: z.int().min(0),
    warnings: z.array(Issue).openapi({ description: 'What the standard recommends against' }),
  })
  .openapi('CaliperValid')

const Invalid = z
  .object({ valid: z.literal(false), errors: z.array(Issue) })
  .openapi('CaliperInvalid')

const route = createRoute({
  method: 'post',
  path: '/caliper/v1p2/events/validate',
  operationId: 'validateCaliperEvents',
  tags: ['Caliper'],
  summary: 'Check events against the standard',
  description:
    "By the standard's text, which is stricter than what `POST /caliper/v1p2/events` keeps. Needs no key; stores nothing.",
  request: {
    body: jsonBody(Envelope, { description: 'An envelope', example: caliperEnvelope }),
  },
  responses: {
    ...problems('too_large', 'unsupported_media_type'),
    200: jsonReply(Valid, {
      description: 'It conforms',
      example: { valid: true, eventCount: 1, entityCount: 0, warnings: [] },
    }),
    400: jsonReply(Invalid, {
      description: 'It departs from the standard',
      example: {
        valid: false,
        errors: [{ path: ['data', 0, 'type'], message: 'Required', code: 'required' }],
      },
    }),
  },
})

export function validateEvents(app: App, { options }: AppDeps) {
  const { maxBodyBytes } = options.config
  operation(app, route, async (c) => {
    requireMediaType(c, 'application/json')
    const { valid, errors, ...report } = await check(c, maxBodyBytes)
    return valid ? c.json({ valid, ...report }) : c.json({ valid, errors }, 400)
  })
}

/** What cannot be unpacked is one more way of not conforming: a 400 here has always one form. */
async function check(
  c: AppContext,
  maxBodyBytes: number,
): Promise<ReturnType<typeof checkCaliper>> {
  try {
    return checkCaliper(await decodeWire(await readWire(c, maxBodyBytes), maxBodyBytes))
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 400) throw error
    const errors = [{ path: [], message: error.message, code: error.code }]
    return { valid: false, eventCount: 0, entityCount: 0, errors, warnings: [] }
  }
}
