import { AppError } from '../../error/app-error'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { AnEvent, eventExample, jsonOfEvent, View } from './event-view'

const Params = z.object({
  id: z.string().openapi({
    description: 'As sent, percent-encoded; of an entity, the id derived by us',
    example: 'urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211',
  }),
})

const Query = z.strictObject({ view: View })

const route = createRoute({
  method: 'get',
  path: '/analytics/events/{id}',
  operationId: 'getEvent',
  tags: ['Analytics'],
  summary: 'Read one event',
  description: 'Scope `events:read`.',
  ...keyed,
  request: { params: Params, query: Query },
  responses: {
    200: jsonReply(AnEvent, { description: 'The event', example: eventExample }),
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

export function getEvent(app: App, { platform, options, answers }: AppDeps) {
  const { maxBodyBytes } = options.config
  const admit = keyWith('events:read')
  operation(app, route, { admit }, async (c, { principal, params, query, reply }) => {
    const { tenantId } = principal
    const hold = await answers.take(tenantId, maxBodyBytes, c.req.raw.signal)
    try {
      const record = await platform.events.get(tenantId, params.id)
      if (record === undefined) {
        const detail = 'No event of yours has this id, or its time here has passed.'
        throw new AppError('not_found', detail)
      }
      hold.keep(record.raw.length)
      return reply.stream(c, 200, jsonOfEvent(record, query.view), hold)
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  })
}
