import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { anybody, typesFor } from './in-force'

const TypeList = z
  .record(z.string(), z.string())
  .openapi('EventTypeList', { description: 'Name to description' })

const route = createRoute({
  method: 'get',
  path: '/api/v1/event-types',
  operationId: 'listEventTypes',
  tags: ['Native'],
  summary: 'List the types of native events',
  description:
    'Any key: the types in force for its source, those of its tenant among them. Without a key: the built-in ones. Also at `/event-types`.',
  security: [{}, ...keyed.security],
  responses: {
    200: jsonReply(TypeList, {
      description: 'All of them',
      example: { quiz_started: 'Student began a quiz session' },
    }),
    ...problems('unauthenticated', 'unavailable'),
  },
})

export function listTypes(app: App, deps: AppDeps) {
  operation(app, route, { admit: anybody }, async (c, { principal, reply }) => {
    const types = await typesFor(deps, principal)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, descriptionsOf([...types.values()]))
  })
}

/** Any name can be a member: a type may be called `constructor`. */
function descriptionsOf(types: readonly { name: string; description: string }[]) {
  return Object.fromEntries(types.map(({ name, description }) => [name, description]))
}
