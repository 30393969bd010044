import { createRoute, z } from '@hono/zod-openapi'
import { reaches, reachOf } from '../../access/reach'
import { isNearlyFull } from '../../quarantine/bound'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit } from '../query-fields'
import { parseQuery } from '../validation'
import { withinReach } from './reach'
import { cursor, filterFields, QuarantinedSummary, summaryExample, summaryOf } from './schemas'

const Query = z.strictObject({
  ...filterFields,
  limit,
  cursor: cursor.openapi({ description: '`nextCursor` of the page before, with the same filters' }),
})

const Usage = z
  .object({
    sourceId: z.string(),
    items: z.int(),
    bytes: z.int(),
    maxItems: z.int(),
    maxBytes: z.int(),
    nearlyFull: z.boolean().openapi({ description: 'From 80 % of either limit' }),
  })
  .openapi('QuarantineUsage')

const QuarantineList = z
  .object({
    items: z.array(QuarantinedSummary),
    nextCursor: z.string().optional().openapi({ description: 'Absent on the last page' }),
    usage: z.array(Usage).openapi({
      description: 'Of each source that has something here; of the one that `sourceId` names',
    }),
  })
  .openapi('QuarantineList')

const parameters = { id: '$response.body#/items/0/quarantineId' }
const links = {
  getQuarantined: { operationId: 'getQuarantined', parameters, description: 'The first of them' },
  replayQuarantined: { operationId: 'replayQuarantined', parameters, description: 'Replay it' },
  deleteQuarantined: { operationId: 'deleteQuarantined', parameters, description: 'Give it up' },
}

const route = createRoute({
  method: 'get',
  path: '/quarantine',
  operationId: 'listQuarantine',
  tags: ['Quarantine'],
  summary: 'See what could not be kept as an event, newest first',
  description:
    'Scope `quarantine:read`. Shows what the key reaches: the items of its own source, unless it was made for more. All filters must hold. `usage` tells how much room each source has left; what comes when there is none is answered 503.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: {
      links,
      ...jsonReply(QuarantineList, {
        description: 'A page',
        example: {
          items: [summaryExample],
          usage: [
            {
              sourceId: 'demo',
              items: 1,
              bytes: 988,
              maxItems: 100_000,
              maxBytes: 268_435_456,
              nearlyFull: false,
            },
          ],
        },
      }),
    },
    ...problems('invalid_request', 'invalid_cursor', 'unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listQuarantine(app: App, { platform, options }: AppDeps) {
  const { quarantineMaxItems: maxItems, quarantineMaxBytes: maxBytes } = options.config
  const limits = { maxItems, maxBytes }

  operation(app, route, async (c) => {
    const principal = await requireScope(c, 'quarantine:read')
    const { tenantId } = principal
    const reach = reachOf(principal)
    const { limit, cursor, ...asked } = parseQuery(Query, c)
    c.header('Cache-Control', 'no-store')
    // As of a source that has nothing here: what is beyond its reach is not there for a key.
    if (asked.sourceId !== undefined && !reaches(reach, asked.sourceId)) {
      return c.json({ items: [], usage: [] })
    }
    const filter = withinReach(asked, reach)
    const page = await platform.quarantine.list(tenantId, { limit, cursor }, filter)
    const all = await platform.quarantine.usage(tenantId, filter.sourceId)
    const used = all.filter(({ sourceId }) => reaches(reach, sourceId))
    return c.json({
      ...page,
      items: page.items.map(summaryOf),
      usage: used.map((one) => ({ ...one, ...limits, nearlyFull: isNearlyFull(one, limits) })),
    })
  })
}
