import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'
import { consentManager } from './manager'
import { ConsentView, viewExample, viewOf } from './schemas'

const Query = z.strictObject({ limit, cursor: z.string().min(1).max(4096).optional() })

const ConsentList = z
  .object({ consents: z.array(ConsentView), nextCursor: z.string().optional() })
  .openapi('ConsentList')

const route = createRoute({
  method: 'get',
  path: '/privacy/consents',
  operationId: 'listConsents',
  tags: ['Privacy'],
  summary: 'List what people decided, by their ids',
  description:
    'Scope `admin` or `consents:write`. A page may be short, even empty: go on with `nextCursor`.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(ConsentList, { description: 'A page', example: { consents: [viewExample] } }),
    ...problems('invalid_request', 'invalid_cursor', 'unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listConsents(app: App, { services }: AppDeps) {
  operation(app, route, { admit: consentManager }, async (c, { principal, query, reply }) => {
    const { items, nextCursor } = await services.consents.list(principal.tenantId, query)
    c.header('Cache-Control', 'no-store')
    const consents = items.map(viewOf)
    return reply.json(c, 200, { consents, ...(nextCursor !== undefined && { nextCursor }) })
  })
}
