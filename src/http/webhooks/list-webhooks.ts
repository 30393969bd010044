import type { WebhookSubscription, Webhooks } from '../../platform/registry/webhooks'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'
import { cursorOf, placeOf } from './cursor'
import { sizeOf } from './schemas'
import { viewExample, viewOf, WebhookView } from './view'

const Query = z.strictObject({
  limit,
  cursor: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .openapi({ description: '`nextCursor` of the page before' }),
})

const WebhookList = z
  .object({
    webhooks: z.array(WebhookView),
    nextCursor: z.string().optional().openapi({ description: 'Absent on the last page' }),
  })
  .openapi('WebhookList')

const route = createRoute({
  method: 'get',
  path: '/webhooks',
  operationId: 'listWebhooks',
  tags: ['Webhooks'],
  summary: 'List your webhooks, oldest first',
  description:
    'Scope `webhooks:read`. Secrets are not shown. A page ends early when it has 1 MB: what counts is `nextCursor`.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(WebhookList, {
      description: 'A page',
      example: { webhooks: [viewExample] },
    }),
    ...problems('invalid_request', 'invalid_cursor', 'unauthenticated', 'forbidden', 'unavailable'),
  },
})

// A megabyte holds forty of the largest webhooks, or some thousand usual ones.
const MAX_PAGE_BYTES = 1024 * 1024

// Webhooks are read in steps of 32, so that no more than two pages are ever held.
const STEP = 32

export function listWebhooks(app: App, { platform }: AppDeps) {
  const admit = keyWith('webhooks:read')
  operation(app, route, { admit }, async (c, { principal, query, reply }) => {
    const { limit, cursor } = query
    const page = await readPage(platform.registry.webhooks, principal.tenantId, limit, cursor)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, page)
  })
}

async function readPage(
  all: Pick<Webhooks, 'page'>,
  tenantId: string,
  limit: number,
  cursor?: string,
) {
  const webhooks: WebhookSubscription[] = []
  let size = 0
  let after = cursor === undefined ? undefined : placeOf(cursor)
  for (;;) {
    const step = await all.page(tenantId, STEP, after)
    for (const webhook of step) {
      size += sizeOf(webhook)
      if (webhooks.length === limit || (size > MAX_PAGE_BYTES && webhooks.length > 0)) {
        return { webhooks: webhooks.map(viewOf), nextCursor: cursorOf(webhooks.at(-1)!) }
      }
      webhooks.push(webhook)
    }
    if (step.length < STEP) return { webhooks: webhooks.map(viewOf) }
    after = step.at(-1)
  }
}
