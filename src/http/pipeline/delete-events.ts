import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { hideEvents } from './hide-events'
import { timeIn } from './parameters'

const Query = z.object({
  before: z.string().optional().openapi({
    description:
      'Only what arrived before this time: a date, or an ISO 8601 date-time. One that is yet to come means now',
  }),
})

const Deleted = z
  .object({
    deleted: z.int().min(0).openapi({ description: 'How many events are no longer counted' }),
  })
  .openapi('DeletedEvents')

const route = createRoute({
  method: 'delete',
  path: '/api/v1/events',
  operationId: 'deleteEvents',
  tags: ['Native'],
  summary: 'Hide events from those who read',
  description:
    'Scope `admin`. Hides what arrived before now, or before a time, from every route that gives out events or counts them. Nothing is erased: the lake has it, ids stay recognised as duplicates. What is not in the lake yet is hidden once it is. It is recorded who did it.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(Deleted, { description: 'Hidden', example: { deleted: 3 } }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function deleteEvents(app: App, deps: AppDeps) {
  const { services } = deps
  const checks = { admit: keyWith('admin') }
  operation(app, route, checks, async (c, { principal, query, reply }) => {
    const before = timeIn('before', query.before)
    const asked = { tenantId: principal.tenantId, by: principal.keyId, before }
    const deleted = await hideEvents(services, asked)
    await audited(deps, principal, { action: 'events.hidden', details: { before, deleted } })
    return reply.json(c, 200, { deleted })
  })
}
