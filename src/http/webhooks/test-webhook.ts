import { randomBytes } from 'node:crypto'
import type { Delivery } from '../../platform/delivery-queue'
import type { Webhook } from '../../platform/registry/webhooks'
import { compose } from '../../webhooks/message/compose'
import { bytesOf, maskedHeaders, requestHeaders } from '../../webhooks/message/request'
import { createSend } from '../../webhooks/sending/send'
import { type Reply, reasonOf } from '../../webhooks/sending/verdict'
import { isNoticeName, ruleOfNoticeName } from '../../webhooks/state/notices'
import { createRefuseTarget } from '../../webhooks/target/target'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { deliveryExample } from './delivery-view'
import { exampleRecord } from './example-record'
import { findWebhook, WebhookParams } from './find-webhook'
import { createOneTest } from './one-test'

const Asked = z
  .strictObject({
    eventType: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .superRefine((name, context) => {
        const message = name === undefined ? undefined : ruleOfNoticeName(name)
        if (message !== undefined) context.addIssue({ code: 'custom', message })
      })
      .openapi({
        description:
          'A type of event, whether or not the webhook asks for it; left out, the first that it names. One that no standard has is sent as a plain example that says so',
      }),
  })
  .openapi('TestWebhook')

const Tested = z
  .object({
    delivered: z.boolean().openapi({ description: 'Whether it was answered with 2xx' }),
    responseStatus: z.int().optional(),
    latencyMs: z.int(),
    error: z.string().optional().openapi({ description: 'Why it was not delivered, in words' }),
    response: z.string().optional().openapi({ description: 'The first 4 KB of the answer' }),
    sent: z
      .object({ headers: z.record(z.string(), z.string()), body: z.string() })
      .openapi({ description: 'What was posted; values of your own headers are masked' }),
  })
  .openapi('TestedWebhook')

/** Receivers know a test by this header, and by its `webhook-id`, which is signed. */
const TEST_HEADER = 'webhook-test'

const route = createRoute({
  method: 'post',
  path: '/webhooks/{id}/test',
  operationId: 'testWebhook',
  tags: ['Webhooks'],
  summary: 'Send an example now, and see what the receiver says',
  description:
    'Scope `webhooks:write`. A made-up event of the type is sent just as a delivery would be, signed, though the webhook be disabled, with `webhook-test: 1` and a `webhook-id` that begins with `test_`. It is sent once, and counts nowhere. One test of a webhook at a time, and one in a second.',
  ...keyed,
  request: {
    params: WebhookParams,
    body: jsonBody(Asked, {
      description: 'What is to be sent',
      example: { eventType: 'ViewEvent' },
    }),
  },
  responses: {
    200: jsonReply(Tested, {
      description: 'What became of it',
      example: {
        delivered: true,
        responseStatus: 204,
        latencyMs: 42,
        sent: {
          headers: {
            'content-type': 'application/json',
            'user-agent': 'Nonius-Webhooks',
            'webhook-id': 'test_5f0c1a2b3c4d5e6f70819203',
            'webhook-timestamp': '1794737705',
            'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
            'webhook-test': '1',
          },
          body: `{"type":"events","timestamp":"2026-11-15T10:15:00.000Z","data":[{"id":"${deliveryExample.eventIds[0]}","type":"ViewEvent"}]}`,
        },
      },
    }),
    ...jsonBodyProblems('not_found', 'rate_limited'),
  },
})

export function testWebhook(app: App, deps: AppDeps) {
  const { platform, options, services } = deps
  const { clock } = options
  const send = createSend(services)
  const refuseTarget = createRefuseTarget(services)
  const oneTest = createOneTest(platform.documents, clock)
  const checks = { admit: keyWith('webhooks:write'), limits: options.config }

  operation(app, route, checks, async (c, { principal, params, body, reply }) => {
    const { tenantId, sourceId } = principal
    const webhook = await findWebhook(deps, tenantId, params.id)
    const { eventType: type = usualTypeOf(webhook) } = body
    const tested = await oneTest(tenantId, webhook.webhookId, async () => {
      const now = clock.now()
      const at = now.toISOString()
      const delivery = exampleDelivery(webhook, type, at)
      const about = { tenantId, sourceId, type, at, requestId: c.var.requestId }
      const records = delivery.notice === undefined ? [await exampleRecord(about)] : []
      const message = compose(webhook, delivery, records)
      const headers = {
        ...requestHeaders(webhook, delivery.deliveryId, now, message),
        [TEST_HEADER]: '1',
      }
      const begun = clock.monotonic()
      const reason = await refuseTarget(tenantId, webhook.targetUrl)
      const answer: Reply =
        reason === undefined
          ? await send(webhook.targetUrl, headers, await bytesOf(webhook, message))
          : { kind: 'failed', reason }
      const latencyMs = Math.round(clock.monotonic() - begun)
      const sent = { headers: maskedHeaders(webhook, headers), body: message.body.toString() }
      return { ...outcomeOf(answer), latencyMs, sent }
    })
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, tested)
  })
}

function usualTypeOf({ events }: Webhook): string {
  const [first = '*'] = events
  return first.endsWith('*') ? 'ViewEvent' : first
}

function exampleDelivery(webhook: Webhook, type: string, at: string): Delivery {
  const { tenantId, webhookId, name, targetUrl } = webhook
  const data = { webhookId, name, targetUrl, isExample: true }
  return {
    deliveryId: `test_${randomBytes(12).toString('hex')}`,
    ...{ tenantId, webhookId, eventIds: [], enqueuedAt: at, attempts: 0 },
    ...(isNoticeName(type) && { notice: { type, at, data } }),
  }
}

function outcomeOf(answer: Reply) {
  if (answer.kind === 'failed') return { delivered: false, error: reasonOf(answer) }
  const { status: responseStatus, body: response } = answer
  const delivered = responseStatus >= 200 && responseStatus < 300
  return {
    delivered,
    responseStatus,
    ...(!delivered && { error: reasonOf(answer) }),
    ...(response !== undefined && { response }),
  }
}
