import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { RouterState, routerState } from './router'

const count = z.int().min(0)

const Stats = z
  .object({
    total_events: count.openapi({ description: 'Since the beginning, or since they were deleted' }),
    events_last_hour: count.openapi({ description: 'By arrival, to the minute' }),
    by_type: z
      .array(z.object({ event_type: z.string(), count, last_seen: z.string() }))
      .openapi({ description: 'The most frequent first; `other` for what is beyond 10,000 types' }),
    router: RouterState,
  })
  .openapi('PipelineStats')

const route = createRoute({
  method: 'get',
  path: '/api/v1/stats',
  operationId: 'getStats',
  tags: ['Native'],
  summary: 'Count events by their type',
  description:
    'Scope `events:read`. Events of every standard. Right at once on one machine, within five seconds of arrival on AWS. `router` is of the process that answers.',
  ...keyed,
  responses: {
    200: jsonReply(Stats, {
      description: 'The counts',
      example: {
        total_events: 3,
        events_last_hour: 3,
        by_type: [{ event_type: 'quiz_started', count: 3, last_seen: '2026-11-15T10:15:00.000Z' }],
        router: { active_subscribers: 0, queue_size: 0 },
      },
    }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function getStats(app: App, { platform, options, services }: AppDeps) {
  const checks = { admit: keyWith('events:read') }
  operation(app, route, checks, async (c, { principal: { tenantId }, reply }) => {
    const types = await platform.typeCounts.read(tenantId, options.clock.now())
    return reply.json(c, 200, {
      total_events: types.reduce((sum, { total }) => sum + total, 0),
      events_last_hour: types.reduce((sum, { lastHour }) => sum + lastHour, 0),
      by_type: types.map(({ type, total, lastSeenAt }) => {
        return { event_type: type, count: total, last_seen: lastSeenAt }
      }),
      router: routerState(services),
    })
  })
}
