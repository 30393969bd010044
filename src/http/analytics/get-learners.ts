import { askedBy } from '../../access/roles/questions'
import { askPseudonymous } from '../../analytics/engagement/ask-pseudonymous'
import { AppError } from '../../error/app-error'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { answeredExample, answeredFields, gap, spanFields, whole } from './question-fields'

const QUESTION = 'GET /analytics/tenants/{tenant}/learners'

const { learner: _, ...fields } = spanFields

const Params = z.object({
  tenant: z.string().min(1).openapi({ description: 'Whose learners', example: 'north-college' }),
})

const Query = z.strictObject({
  ...fields,
  // A name of a study or a report is shorter.
  purpose: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)
    .openapi({
      description:
        'What the answer is for: the same person has the same pseudonym for one purpose, and another for every other',
      example: 'retention-study-2026',
    }),
  gap,
  limit: whole([1, 10_000], 1000, 'Learners'),
})

const Row = z.object({
  learner: z
    .string()
    .openapi({ description: 'A pseudonym for this purpose; nobody can turn it back' }),
  events: z.int(),
  sessions: z.int(),
  sittings: z.int(),
  activeMinutes: z.number(),
  activeDays: z.int(),
  daysSinceLastSeen: z.int().optional(),
})

const Learners = z.object({ rows: z.array(Row), ...answeredFields }).openapi('PseudonymousLearners')

const route = createRoute({
  method: 'get',
  path: '/analytics/tenants/{tenant}/learners',
  operationId: 'getTenantLearners',
  tags: ['Analytics'],
  summary: 'Find how much the learners of an organisation work, under pseudonyms',
  description: `${askedBy(QUESTION)} As \`GET /analytics/engagement?groupBy=learner\`, without ids, names and times. An organisation in whose answer there are fewer than 5 learners shows none. It stands in the organisation's audit trail.`,
  ...keyed,
  request: { params: Params, query: Query },
  responses: {
    200: jsonReply(Learners, {
      description: 'Rows, by pseudonym',
      example: {
        rows: [
          {
            learner: 'urn:nonius:purpose-pseudonym:2b1xJ0uV9wq7T4mZ8sYc3A',
            ...{ events: 812, sessions: 31, sittings: 33, activeMinutes: 402.5, activeDays: 14 },
            daysSinceLastSeen: 2,
          },
        ],
        ...answeredExample,
      },
    }),
    ...problems(
      'invalid_request',
      'unauthenticated',
      'forbidden',
      'not_found',
      'unavailable',
      'busy',
    ),
  },
})

export function getLearners(app: App, deps: AppDeps) {
  const { services, platform } = deps
  const { hidden, rosters } = services
  const needs = {
    ...{ platform, hidden, clock: deps.options.clock },
    groupOf: (tenantId: string, id: string) => rosters.group(tenantId, id),
    purposePseudonym: async (...given: [string, string, string]) =>
      (await services.pseudonyms()).purposePseudonym(...given),
  }
  const admit = viewerFor(QUESTION, deps)
  operation(app, route, { admit }, async (c, { principal: viewer, params, query, reply }) => {
    const { tenant: tenantId } = params
    if ((await platform.registry.tenants.get(tenantId)) === undefined) {
      throw new AppError('not_found', 'There is no such organisation.')
    }
    const asked = { ...query, tenantId }
    const answer = await askPseudonymous(needs, viewer, asked, c.req.raw.signal)
    const noted = { count: answer.rows.length, group: query.course, fields: query.purpose }
    const principal = { ...viewer.principal, tenantId }
    await readNoted(deps, { ...viewer, tenantId, principal }, QUESTION, noted)
    return reply.json(c, 200, answer)
  })
}
