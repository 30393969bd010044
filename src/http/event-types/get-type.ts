import type { EventType } from '../../event/event-type'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { anybody, typesFor } from './in-force'
import { noSuchType } from './no-such-type'
import { EventTypeView, TypeParams, viewExample, viewOf } from './schemas'

const route = createRoute({
  method: 'get',
  path: '/api/v1/event-types/{name}',
  operationId: 'getEventType',
  tags: ['Native'],
  summary: 'Read the whole of one type of native events',
  description:
    'Any key, or none, as for the list. Names are compared letter for letter. Of several types with one name: the one that counts for the source of the key.',
  security: [{}, ...keyed.security],
  request: { params: TypeParams },
  responses: {
    200: jsonReply(EventTypeView, { description: 'The type', example: viewExample }),
    ...problems('unauthenticated', 'not_found', 'unavailable'),
  },
})

export function getType(app: App, deps: AppDeps) {
  operation(app, route, { admit: anybody }, async (c, { principal, params, reply }) => {
    const types = await typesFor(deps, principal)
    const type: EventType | undefined = types.get(params.name)
    if (type === undefined) throw noSuchType(params.name, types)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(type))
  })
}
