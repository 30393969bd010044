import { LISTED_BYTES, MAX_LISTED } from '../../error/listing'
import { MAX_DEPTH, MAX_ID_LENGTH, MAX_ITEMS } from '../../event/limits'
import { MAX_ISSUES } from '../../standards/caliper/check/found-issue'
import { caliper } from '../../standards/caliper/standard'
import { Body } from '../caliper/body-schema'
import { caliperEnvelope } from '../caliper/examples'
import { InvalidReport, reportingWith, ValidReport } from '../conformance-report'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonReply, problems } from '../openapi'
import { rawOperation } from '../raw-operation'
import { createRoute } from '../route'

const route = createRoute({
  method: 'post',
  path: '/caliper/v1p2/events/validate',
  operationId: 'validateCaliperEvents',
  tags: ['Caliper'],
  summary: 'Check events against the standard',
  description: [
    "By the text of each item's own version (1.2, 1.1 with its profile extensions, 1.0), which is stricter than what `POST /caliper/v1p2/events` keeps. Needs no key; stores nothing. It takes whatever that address takes, wrappers included; paths in an array begin with the place of the envelope.",
    `Limits: on AWS 64 KB without a key; ${MAX_ITEMS} items, each nested at most ${MAX_DEPTH} levels deep, with an id of at most ${MAX_ID_LENGTH} characters. At most ${MAX_LISTED} errors and as many warnings are listed, ${MAX_ISSUES} of one item and ${LISTED_BYTES / 1024} KB of either; a last one, \`too_many\`, says that there are more, and \`counts\` how many.`,
  ].join(' '),
  request: {
    body: jsonBody(Body, {
      description: 'An envelope, or an array of them',
      example: caliperEnvelope,
    }),
  },
  responses: {
    ...problems('timeout', 'too_large', 'unsupported_media_type', 'busy', 'rate_limited'),
    200: jsonReply(ValidReport, {
      description: 'It conforms',
      example: { valid: true, eventCount: 1, entityCount: 0, warnings: [] },
    }),
    400: jsonReply(InvalidReport, {
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

export function validateCaliper(app: App, deps: AppDeps) {
  const report = reportingWith(deps)
  rawOperation(app, route, async (c, reply) => {
    const { json, hold, valid } = await report(c, caliper)
    return valid ? reply.stream(c, 200, json, hold) : reply.stream(c, 400, json, hold)
  })
}
