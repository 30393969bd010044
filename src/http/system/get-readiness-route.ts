import { jsonReply, problems } from '../openapi'
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

export const route = createRoute({
  method: 'get',
  path: '/ready',
  operationId: 'getReadiness',
  tags: ['System'],
  summary: 'Can events be taken now?',
  description:
    'Checks the store, the disk, and how far the consumers of the change feed are behind. For load balancers. On AWS an answer is up to five seconds old.',
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
