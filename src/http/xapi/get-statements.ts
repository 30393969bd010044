import { allows } from '../../identity/xapi-rights'
import { PAGE_BYTES } from '../../platform/event-store'
import type { Found } from '../../statements/reading'
import { type Json, jsonArray, jsonObject, writtenJson } from '../answers/json'
import { readNoted } from '../audit'
import type { App, AppContext, AppDeps } from '../context'
import { linkTo } from '../links'
import { keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import type { Admission } from './caller'
import { CONSISTENT_THROUGH } from './consistent-through'
import { agent, flag, iri, timestamp, uuid } from './parameters'
import { readRefusals } from './refusals'
import { Statement, StatementResult, statementsReply } from './schemas'
import { versionHeader } from './version'

const VERB = 'http://adlnet.gov/expapi/verbs/completed'

const Query = z.strictObject({
  statementId: uuid('Only this statement, unless it is voided').optional(),
  voidedStatementId: uuid('Only this statement, if it is voided').optional(),
  agent: agent('Of this agent or group: as actor or object').optional(),
  verb: iri('With this verb', VERB).optional(),
  activity: iri('With this activity as object', 'https://example.edu/courses/1').optional(),
  registration: uuid('Of this registration').optional(),
  related_activities: flag('The activity may be anywhere in the statement'),
  related_agents: flag('The agent may be anywhere in the statement'),
  since: timestamp('Stored after this time').optional(),
  until: timestamp('Stored by this time').optional(),
  limit: z
    .string()
    .regex(/^\d{1,9}$/, 'Must be a whole number, not negative')
    .default('0')
    .transform(Number)
    .openapi({ type: 'integer', minimum: 0, description: '0 for as many as a page has: 1000' }),
  format: z.enum(['ids', 'exact', 'canonical']).default('exact'),
  attachments: flag('With the content of attachments, as multipart/mixed'),
  ascending: flag('Oldest first'),
  more: z.string().max(8192).optional().openapi({ description: 'As `more` of a result has it' }),
})

const route = createRoute({
  method: 'get',
  path: '/xapi/statements',
  operationId: 'getXapiStatements',
  tags: ['xAPI'],
  summary: 'Find statements, or read one',
  description:
    'Right `statements/read`, or `statements/read/mine` for those of the own source. xAPI 1.0.3, Communication, 2.1.3. All filters must hold; a statement that refers to another matches what that one matches. A page ends at `limit` statements or at 4 MB (3 MB on AWS), one statement at the least; `more` says where the next one is, to the same credential.',
  ...keyed,
  request: {
    headers: z.object({
      ...versionHeader,
      'Accept-Language': z
        .string()
        .optional()
        .openapi({ description: 'With `format=canonical`: which language each map keeps' }),
    }),
    query: Query,
  },
  responses: { 200: statementsReply, ...problems(...readRefusals) },
})

const StatementsFound = z.union([StatementResult, Statement])
type Content = z.output<typeof StatementsFound>

export function getStatements(app: App, deps: AppDeps, admission: Admission) {
  const { platform, options, answers } = deps
  const { config, clock, maxReplyBytes = PAGE_BYTES } = options
  const maxBytes = Math.min(PAGE_BYTES, maxReplyBytes)
  // One statement may come with attachments that filled a request.
  const reserved = Math.max(maxBytes, config.maxBodyBytes)
  const admit = admission({ rights: ['statements/read', 'statements/read/mine'], mode: 'lrs' })

  operation(app, route, { admit }, async (c, { principal, query, headers, reply }) => {
    const { createReading, multipartOf } = await import('../../statements/reading')
    const read = createReading({ ...platform, clock })
    const sent = Object.keys(c.req.queries())
    const reader = { ...principal, isOwnOnly: !allows(principal, 'statements/read'), maxBytes }
    const hold = await answers.take(principal.tenantId, reserved, c.req.raw.signal)
    try {
      const found = await read(reader, { query, sent, language: headers['Accept-Language'] })
      hold.keep(found.bytes)
      const count = found.kind === 'one' ? 1 : found.texts.length
      await readNoted(deps, principal, 'GET /xapi/statements', { count, person: query.agent })
      setHeaders(c, found)
      const json = jsonOfFound(found, linkTo(c, route.path))
      if (found.contents === undefined) return reply.stream(c, 200, json, hold)
      return reply.multipart(c, 200, multipartOf(json, found.contents), hold)
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  })
}

function setHeaders(c: AppContext, found: Found) {
  if (found.kind === 'page') c.header(CONSISTENT_THROUGH, found.consistentThrough)
  else c.header('Last-Modified', new Date(found.stored).toUTCString())
}

/** The text of each statement is sent as it is held. */
function jsonOfFound(found: Found, address: string): Json<Content> {
  if (found.kind === 'one') return writtenJson(found.text)
  const statements = jsonArray(found.texts, (text) => writtenJson<z.output<typeof Statement>>(text))
  const more = found.more === undefined ? '' : `${address}?more=${found.more}`
  return jsonObject<z.output<typeof StatementResult>>({ statements, more })
}
