import { AppError } from '../../error/app-error'
import type { EventRecord } from '../../event/record'
import type { DeliveryEntry } from '../../platform/delivery-log'
import type { Webhook } from '../../platform/registry/webhooks'
import { compose, type Message } from '../../webhooks/message/compose'
import { maskedHeaders, requestHeaders } from '../../webhooks/message/request'
import { createReadRecords } from '../../webhooks/sending/read-records'
import { keyWith } from '../admit'
import { jsonObject, jsonString } from '../answers/json'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import {
  DeliveryAttempt,
  DeliveryView,
  deliveryExample,
  viewOfAttempt,
  viewOfDelivery,
} from './delivery-view'
import { DeliveryParams, findDelivery } from './find-delivery'

const Delivery = DeliveryView.extend({
  tries: z.array(DeliveryAttempt).openapi({ description: 'The latest 20, the first first' }),
  headers: z.record(z.string(), z.string()).openapi({
    description:
      'As sent by the last attempt, or as the next one sends them; values of your own ones are masked',
  }),
  body: z.string().optional().openapi({
    description:
      'Composed again of the events that are held, before it is compressed. Absent without scope `events:read`',
  }),
}).openapi('WebhookDeliveryDetail')

const { responseStatus, latencyMs, error, response } = deliveryExample

const route = createRoute({
  method: 'get',
  path: '/webhooks/{id}/deliveries/{deliveryId}',
  operationId: 'getDelivery',
  tags: ['Webhooks'],
  summary: 'Read one delivery, with its body and every attempt',
  description:
    'Scope `webhooks:read`; its body needs `events:read` as well. Headers and body are made again by the settings of now, so that a webhook that was changed since shows what the next attempt sends. 410 once none of its events is held: the list still tells what became of it.',
  ...keyed,
  request: { params: DeliveryParams },
  responses: {
    200: jsonReply(Delivery, {
      description: 'The delivery',
      example: {
        ...deliveryExample,
        tries: [
          { at: '2026-11-15T10:15:00.120Z', responseStatus, latencyMs, error, response },
          { at: '2026-11-15T10:15:05.690Z', responseStatus, latencyMs, error, response },
        ],
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Nonius-Webhooks',
          'webhook-id': deliveryExample.id,
          'webhook-timestamp': '1794737705',
          'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
          'x-api-key': '•••',
        },
        body: '{"type":"events","timestamp":"2026-11-15T10:15:00.000Z","data":[{"id":"urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211","type":"ViewEvent"}]}',
      },
    }),
    ...problems(
      ...(['unauthenticated', 'forbidden', 'not_found', 'gone', 'unavailable', 'busy'] as const),
    ),
  },
})

export function getDelivery(app: App, deps: AppDeps) {
  const { platform, options, answers, services } = deps
  const admit = keyWith('webhooks:read')
  operation(app, route, { admit }, async (c, { principal, params, reply }) => {
    const { tenantId, scopes } = principal
    const { webhook, entry } = await findDelivery(deps, tenantId, params)
    const hold = await answers.take(tenantId, options.config.maxBodyBytes, c.req.raw.signal)
    try {
      // A function that answers requests may not ask Athena.
      const { events, lake } = platform
      const read = createReadRecords({ events, lake: lake.isImmediate ? lake : undefined })
      // The lake knows nothing of what is hidden.
      const before = await services.hidden.before(tenantId)
      const isShown = ({ receivedAt }: EventRecord) => before === undefined || receivedAt >= before
      const records = (await read.all(entry)).filter(isShown)
      if (records.length === 0 && entry.notice === undefined) throw gone(entry, lake.isImmediate)
      const message = compose(webhook, entry, records)
      const body = scopes.includes('events:read') ? message.body.toString() : undefined
      hold.keep(body?.length ?? 0)
      const route = 'GET /webhooks/{id}/deliveries/{delivery}'
      if (body !== undefined) await readNoted(deps, principal, route, { count: records.length })
      const content = jsonObject<z.output<typeof Delivery>>({
        ...viewOfDelivery(entry),
        tries: entry.tries.map(viewOfAttempt),
        headers: headersOf(webhook, entry, message),
        ...(body !== undefined && { body: jsonString(body) }),
      })
      return reply.stream(c, 200, content, hold)
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  })
}

/** Returns the headers of the last attempt. Before the first there is no time to sign. */
function headersOf(webhook: Webhook, { deliveryId, tries }: DeliveryEntry, message: Message) {
  const last = tries.at(-1)
  const at = new Date(last?.at ?? 0)
  const headers = maskedHeaders(webhook, requestHeaders(webhook, deliveryId, at, message))
  if (last !== undefined) return headers
  const { 'webhook-timestamp': _, 'webhook-signature': __, ...rest } = headers
  return rest
}

function gone({ status, archived }: DeliveryEntry, readsLake: boolean): AppError {
  const why =
    archived === undefined || readsLake
      ? 'None of its events is held any more: they have expired, or were deleted.'
      : 'Its events are in the lake, which cannot be read for an answer here.'
  return new AppError('gone', `${why} It is ${status}; the list of deliveries still has it.`)
}
