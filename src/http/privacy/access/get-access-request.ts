import type { App, AppDeps } from '../../context'
import { administrator } from '../../keys/administer'
import { jsonReply, keyed, problems } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { AccessParams, AccessView, accessExample, accessViewOf, noSuchRequest } from './view'

const route = createRoute({
  method: 'get',
  path: '/privacy/access-requests/{id}',
  operationId: 'getAccessRequest',
  tags: ['Privacy'],
  summary: 'See how far an access request is, and get links to its files',
  description: 'Scope `admin`. Each answer has new links, good for an hour.',
  ...keyed,
  request: { params: AccessParams },
  responses: {
    200: jsonReply(AccessView, { description: 'The request', example: accessExample }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getAccessRequest(app: App, deps: AppDeps) {
  const { access } = deps.services
  operation(app, route, { admit: administrator }, async (c, { principal, params, reply }) => {
    const request = await access.get({ tenantId: principal.tenantId, accessId: params.id })
    if (request === undefined) throw noSuchRequest()
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, await accessViewOf(c, deps, request))
  })
}
