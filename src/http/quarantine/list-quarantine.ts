import { reaches, reachOf } from '../../identity/reach'
import { PAGE_BYTES } from '../../platform/event-store'
import { isNearlyFull } from '../../quarantine/bound'
import { keyWith } from '../admit'
import { jsonArray, jsonObject, jsonOf } from '../answers/json'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'
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
    nextCursor: z.string().optional().openapi({
      description: 'Absent on the last page, and only there: a page may be short, even empty',
    }),
    usage: z.array(Usage).openapi({
      description:
        'Of each source that has something here, the first thousand; of the one that `sourceId` names',
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
    'Scope `quarantine:read`. Shows what the key reaches: the items of its own source, unless it was made for more. All filters must hold. `usage` tells how much room each source has left; what comes when there is none is answered 503. A page ends at `limit` items or at 4 MB (3 MB on AWS); a search for what is rare ends it now and then, too.',
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
    ...problems(
      'invalid_request',
      'invalid_cursor',
      'unauthenticated',
      'forbidden',
      'unavailable',
      'busy',
    ),
  },
})

// A page also has the usage of sources, some 150 bytes each, for which these bytes are reserved.
const MAX_SOURCES = 1000
const USAGE_BYTES = 256 * 1024

export function listQuarantine(app: App, { platform, options, answers }: AppDeps) {
  const { config, maxReplyBytes = PAGE_BYTES } = options
  const { quarantineMaxItems: maxItems, quarantineMaxBytes } = config
  const limits = { maxItems, maxBytes: quarantineMaxBytes }
  const maxBytes = Math.min(PAGE_BYTES, maxReplyBytes) - USAGE_BYTES

  const admit = keyWith('quarantine:read')
  operation(app, route, { admit }, async (c, { principal, query, reply }) => {
    const { tenantId } = principal
    const reach = reachOf(principal)
    const { limit, cursor, ...asked } = query
    // A source beyond the reach of the key is answered like one that has nothing in quarantine.
    if (asked.sourceId !== undefined && !reaches(reach, asked.sourceId)) {
      c.header('Cache-Control', 'no-store')
      return reply.json(c, 200, { items: [], usage: [] })
    }
    const filter = withinReach(asked, reach)
    const hold = await answers.take(tenantId, PAGE_BYTES, c.req.raw.signal)
    try {
      const asking = { limit, cursor, maxBytes }
      const { items, nextCursor } = await platform.quarantine.summaries(tenantId, asking, filter)
      const used = await platform.quarantine.usage(tenantId, filter.sourceId)
      const usage = used
        .filter(({ sourceId }) => reaches(reach, sourceId))
        .slice(0, MAX_SOURCES)
        .map((one) => ({ ...one, ...limits, nearlyFull: isNearlyFull(one, limits) }))
      const page = jsonObject<z.output<typeof QuarantineList>>({
        items: jsonArray(items, (item) => jsonOf(summaryOf(item))),
        nextCursor,
        usage,
      })
      return reply.stream(c, 200, page, hold)
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  })
}
