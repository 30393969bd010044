import { AppError } from '../../error/app-error'
import { changeOwnTypes, readOwnTypes } from '../../ingest/own-types'
import { isBuiltIn } from '../../standards/native/types/listing'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { noSuchType } from './no-such-type'
import { TypeParams } from './schemas'

const route = createRoute({
  method: 'delete',
  path: '/api/v1/event-types/{name}',
  operationId: 'deleteEventType',
  tags: ['Native'],
  summary: 'Remove a type of yours',
  description:
    'Scope `admin`. Events of it that are stored stay as they are; further ones are of the built-in type of that name, or of none. Takes effect within five seconds.',
  ...keyed,
  request: { params: TypeParams },
  responses: {
    204: { description: 'It is removed', headers: z.object(requestIdHeader) },
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function deleteType(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const { documents } = platform
  const checks = { admit: keyWith('admin') }
  operation(app, route, checks, async (c, { principal, params: { name }, reply }) => {
    const { tenantId, keyId } = principal
    const own = await readOwnTypes(documents, tenantId)
    if (!own.some((type) => type.name === name)) {
      if (isBuiltIn(name)) {
        throw new AppError('not_found', `${name} is built in, and no type of yours: it stays.`)
      }
      throw noSuchType(name, new Map(own.map((type) => [type.name, type])))
    }
    await changeOwnTypes(documents, tenantId, (types) => types.filter((type) => type.name !== name))
    const { requestId } = c.var
    options.log.info('an event type was removed', { requestId, tenantId, keyId, name })
    await audited(deps, principal, { action: 'event_type.deleted', target: name })
    return reply.empty(c, 204)
  })
}
