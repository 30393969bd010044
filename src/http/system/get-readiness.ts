import { AppError } from '../../error/app-error'
import { NEARLY_FULL } from '../../quarantine/bound'
import type { App, AppDeps } from '../context'
import { jsonReply, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'

const Readiness = z
  .object({
    status: z.literal('ready'),
    feed: z
      .object({
        consumer: z.string().optional().openapi({ description: 'The one furthest behind' }),
        records: z.number().openapi({ description: 'Stored records it has not had yet' }),
        ageMs: z.number().openapi({ description: 'How long the oldest of them has waited' }),
      })
      .optional()
      .openapi({ description: "Left out on AWS, where the stream's own metrics tell" }),
    notices: z.array(z.string()).openapi({
      description:
        'What a person should see to though events are taken: damaged files, a restored folder',
    }),
    archive: z
      .object({
        waitingFor: z
          .string()
          .optional()
          .openapi({ description: 'Why it does not get on; it tries again by itself' }),
        setAside: z
          .int()
          .openapi({ description: 'How many files of events DuckDB refuses, in lake/refused' }),
      })
      .optional()
      .openapi({ description: 'Only while stored events do not all get into the lake' }),
    quarantine: z.object({
      nearlyFull: z
        .int()
        .openapi({ description: 'How many sources have used 80 % of their room there, or more' }),
    }),
  })
  .openapi('Readiness')

const route = createRoute({
  method: 'get',
  path: '/ready',
  operationId: 'getReadiness',
  tags: ['System'],
  summary: 'Can events be taken now?',
  description:
    'Checks the store, the disk, and how far the consumers of the change feed are behind. For load balancers.',
  responses: {
    200: jsonReply(Readiness, {
      description: 'Yes',
      example: {
        status: 'ready',
        feed: { consumer: 'archive', records: 12, ageMs: 840 },
        notices: [],
        quarantine: { nearlyFull: 0 },
      },
    }),
    ...problems('not_ready'),
  },
})

export function getReadiness(app: App, { platform, options, services }: AppDeps) {
  const { quarantineMaxItems: maxItems, quarantineMaxBytes: maxBytes } = options.config

  operation(app, route, {}, async (c, { reply }) => {
    const { problems, notices = [], archive } = await platform.health()
    if (problems.length > 0) {
      const errors = problems.map((message) => ({ path: [], message, code: 'not_ready' }))
      throw new AppError('not_ready', problems.join('; '), { errors })
    }
    c.header('Cache-Control', 'no-store')
    // A source that fills its quarantine is no reason to send the others elsewhere.
    const nearlyFull = await platform.quarantine.countCrowded({ maxItems, maxBytes }, NEARLY_FULL)
    const feed = platform.changes?.lag()
    const quarantine = { nearlyFull }
    const spent = services.budgets.nearlySpent().length
    const told =
      spent === 0 ? [] : [`Budgets are spent to 80 % or more: ${spent}. GET /budgets tells which.`]
    const seen = { feed, archive, notices: [...notices, ...told], quarantine }
    return reply.json(c, 200, { status: 'ready', ...seen })
  })
}
