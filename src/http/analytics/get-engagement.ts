import { askedBy } from '../../access/roles/questions'
import { askEngagement } from '../../analytics/engagement/ask-engagement'
import { groupings, orders } from '../../analytics/engagement/engagement-sql'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import {
  answeredExample,
  answeredFields,
  gap,
  spanFields,
  whole,
  wholeOrNone,
} from './question-fields'

const QUESTION = 'GET /analytics/engagement'

const Query = z.strictObject({
  ...spanFields,
  groupBy: z.enum(groupings).default('course').openapi({
    description: 'A row for each course, for each learner, or for each learner in each course',
  }),
  gap,
  inactiveFor: wholeOrNone(
    [1, 3650],
    'Only learners of whom nothing was seen for so many days, longest first; with `course`, whoever its roster has and nobody saw comes before them',
  ),
  orderBy: z.enum(orders).optional().openapi({
    description:
      'Of learners: by id, by most active minutes, or by who was last seen the longest ago. Left out: by id, or `lastSeen` with `inactiveFor`',
  }),
  limit: whole([1, 10_000], 1000, 'Rows'),
})

const Row = z.object({
  course: z.string().optional(),
  learner: z.string().optional(),
  name: z.string().optional(),
  people: z.int().optional().openapi({ description: 'Of a course: learners with an event in it' }),
  events: z.int(),
  sessions: z.int().openapi({ description: 'Sessions that their senders name' }),
  sittings: z.int().openapi({ description: 'Runs of events without a longer pause than `gap`' }),
  activeMinutes: z.number().openapi({ description: 'The pauses within sittings, added up' }),
  medianActiveMinutes: z.number().optional().openapi({ description: 'Of the people of a course' }),
  activeDays: z.int().optional(),
  returned: z.int().optional().openapi({ description: 'People with events on two days or more' }),
  returnRate: z.number().optional().openapi({ description: '`returned` by `people`, 0 to 1' }),
  firstSeen: z.string().optional(),
  lastSeen: z.string().optional(),
  daysSinceLastSeen: z.int().optional().openapi({
    description:
      'Days of the time zone, from the last event to the last day that is asked for. Absent of a learner who is enrolled and was never seen',
  }),
})

const Engagement = z.object({ rows: z.array(Row), ...answeredFields }).openapi('Engagement')

const route = createRoute({
  method: 'get',
  path: '/analytics/engagement',
  operationId: 'getEngagement',
  tags: ['Analytics'],
  summary: 'Find how much people work, and who stays away',
  description: `${askedBy(QUESTION)} Over the lake, within 20 seconds; docs/analytics.md has the definitions. Whoever has another role in a course than a learner's is left out there. Without personal access, \`groupBy=course\` alone is answered.`,
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(Engagement, {
      description: 'Rows, by id unless ordered otherwise',
      example: {
        rows: [
          {
            course: 'https://example.edu/courses/7',
            ...{ people: 120, returned: 96, returnRate: 0.8, events: 48_210, sessions: 3101 },
            ...{ sittings: 3388, activeMinutes: 40_112.5, medianActiveMinutes: 301.2 },
            daysSinceLastSeen: 0,
          },
        ],
        ...answeredExample,
      },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'unavailable', 'busy'),
  },
})

export function getEngagement(app: App, deps: AppDeps) {
  const { services, platform } = deps
  const { hidden, rosters } = services
  const groupOf = (tenantId: string, id: string) => rosters.group(tenantId, id)
  const needs = { platform, hidden, groupOf, clock: deps.options.clock }
  const admit = viewerFor(QUESTION, deps)
  operation(app, route, { admit }, async (c, { principal: viewer, query, reply }) => {
    const { orderBy, ...rest } = query
    const order = orderBy ?? (rest.inactiveFor === undefined ? 'id' : 'lastSeen')
    const answer = await askEngagement(needs, viewer, { ...rest, order }, c.req.raw.signal)
    if (viewer.seesPeople) {
      const { learner: person, course: group, groupBy: fields } = query
      const noted = { count: answer.rows.length, person, group, fields }
      await readNoted(deps, viewer, QUESTION, noted)
    }
    return reply.json(c, 200, answer)
  })
}
