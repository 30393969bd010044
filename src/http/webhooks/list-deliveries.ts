import type { DeliveryLog, DeliveryPage } from '../../platform/delivery-log'
import { deliveryStatuses } from '../../platform/delivery-log'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit, time } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'
import { DeliveryView, deliveryExample, viewOfDelivery } from './delivery-view'
import { findWebhook, WebhookParams } from './find-webhook'

const Query = z.strictObject({
  status: z.enum(deliveryStatuses).optional(),
  from: time('Enqueued from this time on', '2026-11-21T09:30:00Z'),
  to: time('Enqueued before this time', '2026-11-22'),
  limit,
  cursor: z.string().min(1).max(2000).optional().openapi({
    description: '`nextCursor` of the page before, with the same filters',
  }),
})

const DeliveryList = z
  .object({
    deliveries: z.array(DeliveryView),
    nextCursor: z.string().optional().openapi({
      description: 'Absent on the last page, and only there: a page may be short, even empty',
    }),
  })
  .openapi('WebhookDeliveryList')

const route = createRoute({
  method: 'get',
  path: '/webhooks/{id}/deliveries',
  operationId: 'listDeliveries',
  tags: ['Webhooks'],
  summary: 'See what became of the deliveries of a webhook, the latest first',
  description:
    'Scope `webhooks:read`. What was delivered is remembered for 7 days, what was given up or is held for 30. A page ends early when it has 1 MB: what counts is `nextCursor`.',
  ...keyed,
  request: { params: WebhookParams, query: Query },
  responses: {
    200: jsonReply(DeliveryList, {
      description: 'A page',
      example: { deliveries: [deliveryExample] },
    }),
    ...problems(
      ...(['invalid_request', 'invalid_cursor', 'unauthenticated', 'forbidden'] as const),
      ...(['not_found', 'unavailable'] as const),
    ),
  },
})

const MAX_PAGE_BYTES = 1024 * 1024

// An entry has up to twenty answers of 4 KB, and five hundred ids of events: so many entries at a time
// are some megabytes at their largest.
const STEP = 25

export function listDeliveries(app: App, deps: AppDeps) {
  const admit = keyWith('webhooks:read')
  operation(app, route, { admit }, async (c, { principal, params, query, reply }) => {
    const { tenantId } = principal
    await findWebhook(deps, tenantId, params.id)
    const page = await readPage(deps.platform.deliveries, tenantId, params.id, query)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, page)
  })
}

async function readPage(
  log: Pick<DeliveryLog, 'list'>,
  tenantId: string,
  webhookId: string,
  { limit, cursor: first, ...filters }: DeliveryPage,
) {
  const deliveries: z.output<typeof DeliveryView>[] = []
  let bytes = 0
  let cursor = first
  do {
    const left = Math.min(STEP, limit - deliveries.length)
    const maxBytes = MAX_PAGE_BYTES - bytes
    const page = await log.list(tenantId, webhookId, { ...filters, limit: left, cursor, maxBytes })
    const views = page.items.map(viewOfDelivery)
    deliveries.push(...views)
    bytes += Buffer.byteLength(JSON.stringify(views))
    cursor = page.nextCursor
    // An empty step was a long search: what it found so far is told.
    if (page.items.length === 0) break
  } while (cursor !== undefined && deliveries.length < limit && bytes < MAX_PAGE_BYTES)
  return { deliveries, ...(cursor !== undefined && { nextCursor: cursor }) }
}
