import { askedBy } from '../../access/roles/questions'
import { askFunnel, askSequences } from '../../analytics/paths/ask-paths'
import { scopes, stepKinds } from '../../analytics/paths/visits'
import { AppError } from '../../error/app-error'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { answeredExample, answeredFields, gap, spanFields, whole } from './question-fields'

// Ten steps are more than a funnel that anybody reads, and each is a pass over the events.
const MOST_STEPS = 10
const QUESTION = 'GET /analytics/paths'

const Query = z.strictObject({
  ...spanFields,
  steps: z
    .string()
    .min(1)
    .max(8192)
    .optional()
    .openapi({
      description: `A funnel: two to ${MOST_STEPS} steps, separated by commas; a comma in a step is \`\\,\`. Left out: the most frequent sequences`,
      example: 'Viewed,Started,Submitted',
    }),
  of: z.enum(stepKinds).default('action').openapi({
    description:
      "What a step is called by: the action, in Caliper's words where it has one; the type of the event; the object; its type",
  }),
  per: z.enum(scopes).default('session').openapi({
    description: 'A path ends with the session, or goes on through all sessions of a person',
  }),
  gap,
  length: whole([2, 6], 3, 'Steps of a sequence'),
  repeats: z.enum(['collapse', 'keep']).default('collapse').openapi({
    description: 'A step that comes again at once is one step of a sequence, or another',
  }),
  limit: whole([1, 1000], 50, 'Sequences'),
})

const reach = {
  sessions: z.int().optional(),
  people: z.int().optional(),
}
const rate = (description: string) => z.number().optional().openapi({ description })

const Sequence = z.object({
  steps: z.array(z.string()),
  ...reach,
  times: z.int().optional().openapi({ description: 'How often it was met' }),
  ended: z.int().optional().openapi({ description: 'How often the session ended with it' }),
  dropOff: rate('`ended` by `times`, 0 to 1'),
})

const Step = z.object({
  step: z.string(),
  ...reach,
  conversion: rate('Share of the sessions that reached the first step, 0 to 1'),
  left: z.int().optional().openapi({ description: 'Sessions that came no further' }),
  dropOff: rate('`left` by `sessions`, 0 to 1'),
  medianSeconds: rate('Half of the sessions came here from the step before within so many seconds'),
})

const Paths = z
  .object({
    ...reach,
    sequences: z.array(Sequence).optional().openapi({ description: 'Most frequent first' }),
    steps: z.array(Step).optional().openapi({ description: 'The funnel that was asked for' }),
    ...answeredFields,
  })
  .openapi('Paths')

const route = createRoute({
  method: 'get',
  path: '/analytics/paths',
  operationId: 'getPaths',
  tags: ['Analytics'],
  summary: 'Find frequent paths, or follow a funnel',
  description: `${askedBy(QUESTION)} Over the lake, within 20 seconds; docs/analytics.md has the definitions. A step of a funnel is reached by its first event after the step before; others may lie between.`,
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(Paths, {
      description: 'The paths',
      example: {
        ...{ sessions: 412, people: 120 },
        steps: [
          { step: 'Viewed', sessions: 400, people: 118, conversion: 1, left: 90, dropOff: 0.225 },
          { step: 'Submitted', sessions: 310, people: 101, conversion: 0.775, medianSeconds: 1260 },
        ],
        ...answeredExample,
      },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'unavailable', 'busy'),
  },
})

export function getPaths(app: App, deps: AppDeps) {
  const { services, platform } = deps
  const needs = { platform, hidden: services.hidden, clock: deps.options.clock }
  const admit = viewerFor(QUESTION, deps)
  operation(app, route, { admit }, async (c, { principal: viewer, query, reply }) => {
    const { steps: listed, repeats, length, limit, ...asked } = query
    const { signal } = c.req.raw
    const collapses = repeats === 'collapse'
    const answer =
      listed === undefined
        ? await askSequences(needs, viewer, { ...asked, length, collapses, limit }, signal)
        : await askFunnel(needs, viewer, { ...asked, steps: stepsIn(listed) }, signal)
    if (viewer.seesPeople) {
      const { people: count = 0 } = answer
      const { learner: person, course: group } = asked
      await readNoted(deps, viewer, QUESTION, { count, person, group })
    }
    return reply.json(c, 200, answer)
  })
}

/** Splits at commas that no backslash stands before. */
function stepsIn(listed: string): string[] {
  const steps = listed.split(/(?<!\\),/).map((step) => step.replaceAll('\\,', ',').trim())
  const refuse = (message: string, code: string) => {
    const errors = [{ path: ['steps'], message, code }]
    return new AppError('invalid_request', message, { errors })
  }
  if (steps.length < 2 || steps.length > MOST_STEPS) {
    const many = `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`
    throw refuse(`A funnel has 2 to ${MOST_STEPS} steps, and here are ${many}`, 'out_of_range')
  }
  if (steps.includes('')) throw refuse('A step is empty', 'too_small')
  return steps
}
