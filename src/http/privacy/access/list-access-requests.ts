import { accessStatuses } from '../../../privacy/access/request'
import type { App, AppDeps } from '../../context'
import { administrator } from '../../keys/administer'
import { jsonReply, keyed, problems } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { z } from '../../zod'
import { accessExample } from './view'

const Listed = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        status: z.enum(accessStatuses),
        createdAt: z.iso.datetime(),
      }),
    ),
  })
  .openapi('AccessRequests')

const { id, status, createdAt } = accessExample

const route = createRoute({
  method: 'get',
  path: '/privacy/access-requests',
  operationId: 'listAccessRequests',
  tags: ['Privacy'],
  summary: 'List access requests of the last 30 days',
  description: 'Scope `admin`. The latest first; whom they are about is not in the list.',
  ...keyed,
  responses: {
    200: jsonReply(Listed, {
      description: 'Requests of the tenant',
      example: { items: [{ id, status, createdAt }] },
    }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listAccessRequests(app: App, { services: { access } }: AppDeps) {
  operation(app, route, { admit: administrator }, async (c, { principal, reply }) => {
    const all = await access.list(principal.tenantId)
    const items = all.map(({ accessId, status, createdAt }) => ({
      id: accessId,
      status,
      createdAt,
    }))
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { items })
  })
}
