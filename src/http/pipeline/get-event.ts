import { AppError } from '../../error/app-error'
import { keyWith } from '../admit'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { PipelineEvent, pipelineView, viewExample } from '../native/pipeline-event'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'

const Params = z.object({
  id: z.string().openapi({ description: 'Percent-encoded', example: viewExample.id }),
})

const route = createRoute({
  method: 'get',
  path: '/api/v1/events/{id}',
  operationId: 'getNativeEvent',
  tags: ['Native'],
  summary: 'Read one event as a native event',
  description: 'Scope `events:read`. Events of every standard, shown as native events.',
  ...keyed,
  request: { params: Params },
  responses: {
    200: jsonReply(PipelineEvent, { description: 'The event', example: viewExample }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable', 'busy'),
  },
})

export function getEvent(app: App, deps: AppDeps) {
  const { platform, options, answers } = deps
  const { maxBodyBytes } = options.config
  const checks = { admit: keyWith('events:read') }
  operation(app, route, checks, async (c, { principal, params, reply }) => {
    const { tenantId } = principal
    const hold = await answers.take(tenantId, maxBodyBytes, c.req.raw.signal)
    try {
      const record = await platform.events.get(tenantId, params.id)
      if (record === undefined) {
        const detail = 'No event of yours has this id, or its time here has passed.'
        throw new AppError('not_found', detail)
      }
      hold.keep(record.raw.length)
      await readNoted(deps, principal, 'GET /api/v1/events/{id}', { count: 1, fields: 'event' })
      return reply.stream(c, 200, pipelineView(record), hold)
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  })
}
