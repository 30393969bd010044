import type { App, AppDeps } from '../context'
import { jsonReply, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { RouterState, routerState } from './router'

const Ready = z
  .object({ ready: z.literal(true), database: z.literal('connected'), router: RouterState })
  .openapi('PipelineReady')

const NotReady = z
  .object({ ready: z.literal(false), database: z.literal('disconnected') })
  .openapi('PipelineNotReady')

const route = createRoute({
  method: 'get',
  path: '/readiness',
  operationId: 'getPipelineReadiness',
  tags: ['System'],
  summary: 'Can events be taken now?',
  description: 'Says the same as `/ready`, as clients of a real-time event pipeline read it.',
  responses: {
    ...problems(),
    200: jsonReply(Ready, {
      description: 'Yes',
      example: {
        ready: true,
        database: 'connected',
        router: { active_subscribers: 0, queue_size: 0 },
      },
    }),
    503: jsonReply(NotReady, {
      description: 'No: `/ready` says why',
      example: { ready: false, database: 'disconnected' },
    }),
  },
})

export function getPipelineReadiness(app: App, { platform, options, services }: AppDeps) {
  operation(app, route, {}, async (c, { reply }) => {
    c.header('Cache-Control', 'no-store')
    const problems = await problemsOf()
    if (problems.length > 0) return reply.json(c, 503, { ready: false, database: 'disconnected' })
    return reply.json(c, 200, { ready: true, database: 'connected', router: routerState(services) })
  })

  async function problemsOf(): Promise<string[]> {
    try {
      return (await platform.health()).problems
    } catch (error) {
      const { message } = error as Error
      options.log.error('health could not be told', { reason: message })
      return [message]
    }
  }
}
