import { createRoute } from '@hono/zod-openapi'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { findItem, isOtherAddress } from './find-quarantined'
import { Quarantined, QuarantineParams, summaryExample, summaryOf } from './schemas'

const raw = '{"id":"urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211"}'

const route = createRoute({
  method: 'get',
  path: '/quarantine/{id}',
  operationId: 'getQuarantined',
  tags: ['Quarantine'],
  summary: 'Read one item, as it was received',
  description: 'Scope `quarantine:read`, within the reach of the key.',
  ...keyed,
  request: { params: QuarantineParams },
  responses: {
    200: jsonReply(Quarantined, {
      description: 'The item',
      example: { ...summaryExample, length: raw.length, raw },
    }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getQuarantined(app: App, { platform }: AppDeps) {
  operation(app, route, async (c) => {
    if (isOtherAddress(c)) return c.notFound()
    const principal = await requireScope(c, 'quarantine:read')
    const item = await findItem(platform.quarantine, principal, c.req.param('id') ?? '')
    c.header('Cache-Control', 'no-store')
    return c.json({ ...summaryOf(item), raw: item.raw })
  })
}
