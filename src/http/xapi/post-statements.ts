import type { App } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import type { Admission } from './caller'
import { consistentThroughHeader } from './consistent-through'
import { writeRefusals } from './refusals'
import { Statement, statementExample, statementsBody } from './schemas'
import type { Take } from './take-statements'
import { versionHeader } from './version'

const Ids = z.array(z.string()).openapi('XapiStatementIds', {
  description: 'The ids of the statements, in the order in which they were sent',
})

const route = createRoute({
  method: 'post',
  path: '/xapi/statements',
  operationId: 'postXapiStatements',
  tags: ['xAPI'],
  summary: 'Send statements',
  description:
    'Right `statements/write`. xAPI 1.0.3, Communication, 2.1.2. One statement or an array of them, which is stored as a whole or not at all; a statement that is held already with the same content counts as stored. What is refused is kept in quarantine.',
  ...keyed,
  request: {
    headers: z.object(versionHeader),
    query: z.strictObject({}),
    body: statementsBody(z.union([Statement, z.array(Statement)]), statementExample),
  },
  responses: {
    200: jsonReply(
      Ids,
      { description: 'All are stored, and can be found', example: [statementExample.id] },
      consistentThroughHeader,
    ),
    ...problems(...writeRefusals),
  },
})

export function postStatements(app: App, admission: Admission, take: Take) {
  const admit = admission({ rights: ['statements/write'], mode: 'ingest' })
  operation(app, route, { admit }, async (c, { principal, reply }) =>
    reply.json(c, 200, await take(c, principal)),
  )
}
