import { askedBy } from '../../access/roles/questions'
import { askAssessments, subjects } from '../../analytics/assessments/ask-assessments'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { answeredExample, answeredFields, gap, spanFields, whole } from './question-fields'

const QUESTION = 'GET /analytics/assessments'

const Query = z.strictObject({
  ...spanFields,
  groupBy: z.enum(subjects).default('assessment').openapi({
    description: 'A row for each assessment or assignment, or for each item (question)',
  }),
  assessment: z.string().min(1).max(2048).optional().openapi({
    description: 'Only this assessment, or the items of it',
    example: 'https://example.edu/quizzes/9',
  }),
  gap,
  limit: whole([1, 10_000], 1000, 'Rows'),
})

const percent = (description: string) => z.number().optional().openapi({ description })

const Row = z.object({
  assessment: z.string().optional().openapi({
    description: 'Of an item: the one that it is a part of, where its sender says so',
  }),
  item: z.string().optional(),
  name: z.string().optional(),
  people: z.int(),
  attempts: z.int(),
  submitted: z.int().optional(),
  graded: z.int().optional().openapi({ description: 'Attempts of which a score is known' }),
  lowest: percent('In percent of what could be reached; so are `mean` and `highest`'),
  mean: z.number().optional(),
  highest: z.number().optional(),
  answers: z.int().optional().openapi({ description: 'Attempts of which a result is known' }),
  difficulty: percent('The mean result, 0 to 1: high is easy'),
  discrimination: percent(
    'Correlation of the result with the mean result on the other items, -1 to 1. Absent for fewer than 5, or where all are equal',
  ),
  medianSeconds: z.number().optional(),
  meanSeconds: z.number().optional(),
})

const Assessments = z.object({ rows: z.array(Row), ...answeredFields }).openapi('Assessments')

const route = createRoute({
  method: 'get',
  path: '/analytics/assessments',
  operationId: 'getAssessments',
  tags: ['Analytics'],
  summary: 'Find attempts and scores, or how good items are',
  description: `${askedBy(QUESTION)} Over the lake, within 20 seconds; docs/analytics.md has the definitions and formulas. Without personal access there is neither a lowest nor a highest score.`,
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(Assessments, {
      description: 'Assessments with most attempts first, items by id',
      example: {
        rows: [
          {
            item: 'https://example.edu/quizzes/9/items/3',
            assessment: 'https://example.edu/quizzes/9',
            ...{ people: 118, attempts: 121, answers: 119, difficulty: 0.612 },
            ...{ discrimination: 0.341, medianSeconds: 41.5, meanSeconds: 52.3 },
          },
        ],
        ...answeredExample,
      },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'unavailable', 'busy'),
  },
})

export function getAssessments(app: App, deps: AppDeps) {
  const { services, platform } = deps
  const needs = { platform, hidden: services.hidden, clock: deps.options.clock }
  const admit = viewerFor(QUESTION, deps)
  operation(app, route, { admit }, async (c, { principal: viewer, query, reply }) => {
    const answer = await askAssessments(needs, viewer, query, c.req.raw.signal)
    if (viewer.seesPeople) {
      const { learner: person, course: group, groupBy: fields } = query
      const noted = { count: answer.rows.length, person, group, fields }
      await readNoted(deps, viewer, QUESTION, noted)
    }
    return reply.json(c, 200, answer)
  })
}
