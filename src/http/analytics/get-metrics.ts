import { askedBy } from '../../access/roles/questions'
import { type Filter, filters } from '../../analytics/metrics/filters'
import { answerMetrics } from '../../analytics/metrics/metrics'
import { groupings, metrics, questionOf } from '../../analytics/metrics/question'
import { AppError } from '../../error/app-error'
import { intervals } from '../../query/intervals'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { answeredExample, answeredFields, spanFields, whole } from './question-fields'

const QUESTION = 'GET /analytics/metrics'

const said: Partial<Record<Filter, string>> = {
  action: "The action in Caliper's words where it has one, else as it was sent",
  course: 'The course, or the group where no course is known',
  source: 'Who sent it',
  object: 'What it was done to',
  actorId: 'Who did it',
  learner: 'Who did it, or whom it was done to: somebody whose work was graded',
}

const text = (name: Filter) =>
  z
    .string()
    .min(1)
    .max(2048)
    .optional()
    .openapi({ description: said[name] ?? 'Only events with this value' })

const filterNames = [...Object.keys(filters), 'learner'] as Filter[]
const filterFields = Object.fromEntries(filterNames.map((name) => [name, text(name)])) as Record<
  Filter,
  ReturnType<typeof text>
>

const { from, to, timeZone } = spanFields

const Query = z.strictObject({
  metric: z.enum(metrics).default('events').openapi({
    description:
      '`events`: how many there were, each counted for as many as it stands for where a policy keeps a sample. `actors`: how many people were in them, each once an interval; software is nobody',
  }),
  groupBy: z.enum(groupings).optional().openapi({
    description: 'A row for each value in each interval. Left out: all events together',
  }),
  interval: z.enum(intervals).optional().openapi({
    description: 'Of the time zone; weeks begin on Monday. Left out: the span is one interval',
  }),
  ...{ from, to },
  timeZone: timeZone.openapi({
    description: "Whose days: a name of the IANA database. Left out: the tenant's own, or `UTC`",
  }),
  compare: z.enum(['previous']).optional().openapi({
    description: 'Gives each row the number of the period before, which is as long',
  }),
  top: whole([1, 1000], 100, 'Groups, those with the greatest sums'),
  ...filterFields,
})

const value = z.string().nullable().optional()

const Metrics = z
  .object({
    rows: z.array(
      z.object({
        start: z.string().openapi({ description: 'The interval begins then, by its own clocks' }),
        ...{ course: value, type: value, action: value, source: value, object: value },
        value: z.int(),
        previous: z.int().optional(),
      }),
    ),
    ...answeredFields,
    truncated: z.boolean().openapi({ description: 'There are more groups than `top`' }),
  })
  .openapi('Metrics')

const route = createRoute({
  method: 'get',
  path: '/analytics/metrics',
  operationId: 'countEvents',
  tags: ['Analytics'],
  summary: 'Count events and people',
  description: `${askedBy(QUESTION)} By when things happened, over the lake. On one machine, what all of a tenant's events come to by type, action, course and source is kept, and a year of it is told in a moment; whatever else is asked for is looked up in the lake, within 25 seconds. docs/analytics.md has the definitions.`,
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(Metrics, {
      description:
        'In the order of time. Without groups there is a row for each interval; with them, for each group in which something happened',
      example: {
        rows: [
          { start: '2026-11-23T00:00:00-05:00', course: 'BIO-101', value: 412, previous: 388 },
        ],
        ...answeredExample,
        timeZone: 'America/New_York',
      },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'unavailable', 'busy'),
  },
})

export function getMetrics(app: App, deps: AppDeps) {
  const { services, platform } = deps
  const { clock } = deps.options
  const needs = { platform, hidden: services.hidden, clock }
  const admit = viewerFor(QUESTION, deps)
  operation(app, route, { admit }, async (c, { principal: viewer, query, reply }) => {
    const { metric, groupBy, interval, compare, top, ...others } = query
    const { from, to, timeZone: zone, ...values } = others
    const own = zone ?? (await services.findTenant(viewer.tenantId))?.timeZone
    const asked = { metric, groupBy, interval, compare, top, from, to, timeZone: own }
    const given = Object.entries(values).filter(([, text]) => text !== undefined)
    const filters = Object.fromEntries(given) as Partial<Record<Filter, string>>
    const question = questionOf({ ...asked, filters }, clock.now())
    if (groupBy === 'object' && !viewer.seesPeople) {
      throw new AppError('forbidden', 'Objects may be people, whom this key does not show.')
    }
    if (viewer.visibility.kind === 'everywhere' && (groupBy === 'course' || groupBy === 'source')) {
      const detail = `Across organisations no ids are shown: group by type or action, not by ${groupBy}.`
      throw new AppError('forbidden', detail)
    }
    const answer = await answerMetrics(needs, viewer, question, c.req.raw.signal)
    const { learner, actorId: person = learner, course: group } = values
    if (viewer.seesPeople && person !== undefined) {
      await readNoted(deps, viewer, QUESTION, { count: answer.rows.length, person, group })
    }
    const rows = answer.rows.map(({ start, group: value, ...counts }) => {
      return { start, ...(groupBy && { [groupBy]: value ?? null }), ...counts }
    })
    return reply.json(c, 200, { ...answer, rows })
  })
}
