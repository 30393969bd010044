import type { App } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import type { Admission } from './caller'
import { consistentThroughHeader } from './consistent-through'
import { uuid } from './parameters'
import { writeRefusals } from './refusals'
import { Statement, statementExample, statementsBody } from './schemas'
import type { Take } from './take-statements'
import { versionHeader } from './version'

const route = createRoute({
  method: 'put',
  path: '/xapi/statements',
  operationId: 'putXapiStatement',
  tags: ['xAPI'],
  summary: 'Send one statement under its id',
  description:
    'Right `statements/write`. xAPI 1.0.3, Communication, 2.1.1. The statement may leave its id to the address, or has the same.',
  ...keyed,
  request: {
    headers: z.object(versionHeader),
    query: z.strictObject({ statementId: uuid('The id of the statement') }),
    body: statementsBody(Statement, statementExample),
  },
  responses: {
    204: {
      description: 'It is stored, and can be found',
      headers: z.object({ ...requestIdHeader, ...consistentThroughHeader }),
    },
    ...problems(...writeRefusals),
  },
})

export function putStatement(app: App, admission: Admission, take: Take) {
  const admit = admission({ rights: ['statements/write'], mode: 'ingest' })
  operation(app, route, { admit }, async (c, { principal, query, reply }) => {
    const { withId } = await import('../../statements/with-id')
    await take(c, principal, (text) => withId(text, query.statementId))
    return reply.empty(c, 204)
  })
}
