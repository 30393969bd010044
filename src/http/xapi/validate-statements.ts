import { LISTED_BYTES, MAX_LISTED } from '../../error/listing'
import { MAX_DEPTH, MAX_ITEMS } from '../../event/limits'
import { standardNamed } from '../../standards'
import { InvalidReport, reportingWith, ValidReport } from '../conformance-report'
import type { App, AppContext, AppDeps } from '../context'
import { jsonBody, jsonReply, problems } from '../openapi'
import { rawOperation } from '../raw-operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { Statement, statementExample } from './schemas'
import { VERSION_HEADER, versionNamed } from './version'

const issue = {
  path: ['verb'],
  message: 'Required',
  code: 'required',
  severity: 'error' as const,
  spec: '9274.1.1 4.2.2.2',
}

const asked = z.string().optional().openapi({
  description: 'The version by which all of them are checked; without it, each says its own',
  example: '2.0.0',
})

const route = createRoute({
  method: 'post',
  path: '/xapi/statements/validate',
  operationId: 'validateXapiStatements',
  tags: ['xAPI'],
  summary: 'Check statements against the standard',
  description: [
    "By the text of 1.0.3 or 2.0: the header's, or that of each statement's `version`, or 2.0, which knows everything that 1.0.3 does. An error is what `POST /xapi/statements` refuses. Needs no key; stores nothing.",
    `Limits: on AWS 64 KB without a key; ${MAX_ITEMS} statements, each nested at most ${MAX_DEPTH} levels deep. At most ${MAX_LISTED} errors and as many warnings are listed, and ${LISTED_BYTES / 1024} KB of either; a last one, \`too_many\`, says that there are more, and \`counts\` how many.`,
  ].join(' '),
  request: {
    headers: z.object({ [VERSION_HEADER]: asked }),
    body: jsonBody(z.union([Statement, z.array(Statement)]), {
      description: 'One statement, or an array of them',
      example: statementExample,
    }),
  },
  responses: {
    ...problems('timeout', 'too_large', 'unsupported_media_type', 'busy', 'rate_limited'),
    200: jsonReply(ValidReport, {
      description: 'They conform',
      example: { valid: true, eventCount: 1, entityCount: 0, warnings: [] },
    }),
    400: jsonReply(InvalidReport, {
      description: 'They depart from the standard',
      example: { valid: false, errors: [issue] },
    }),
  },
})

export function validateStatements(app: App, deps: AppDeps) {
  const report = reportingWith(deps)
  rawOperation(app, route, async (c, reply) => {
    const standard = await standardNamed('xapi')!.load()
    const { json, hold, valid } = await report(c, standard, contextOf(c))
    return valid ? reply.stream(c, 200, json, hold) : reply.stream(c, 400, json, hold)
  })
}

/** A version that is unknown here is none: a report is given whatever is asked. */
function contextOf(c: AppContext): Record<string, string> | undefined {
  const header = c.req.header(VERSION_HEADER)
  const version = header && versionNamed(header, ['1.0.3', '2.0.0'])
  return version ? { version } : undefined
}
