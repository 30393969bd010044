import { AppError } from '../../error/app-error'
import type { DeliveryEntry, DeliveryStatus } from '../../platform/delivery-log'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { DeliveryView, deliveryExample, viewOfDelivery } from './delivery-view'
import { DeliveryParams, findDelivery } from './find-delivery'

const route = createRoute({
  method: 'post',
  path: '/webhooks/{id}/deliveries/{deliveryId}/retry',
  operationId: 'retryDelivery',
  tags: ['Webhooks'],
  summary: 'Try a delivery again that was given up',
  description:
    'Scope `webhooks:write`. It is `pending` and due at once, under the same `webhook-id`, with as many attempts as a new one.',
  ...keyed,
  request: { params: DeliveryParams },
  responses: {
    202: jsonReply(DeliveryView, {
      description: 'It waits for its next attempt',
      example: deliveryExample,
    }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'wrong_state', 'unavailable'),
  },
})

const WHAT_TO_DO: Readonly<Record<Exclude<DeliveryStatus, 'failed'>, string>> = {
  delivered:
    'It was delivered. To send its events once more, begin a replay of the time in which they arrived.',
  pending: 'It is tried again by itself, at `nextAttemptAt`.',
  held: 'It is held while its webhook is disabled. Enable the webhook.',
}

export function retryDelivery(app: App, deps: AppDeps) {
  const admit = keyWith('webhooks:write')
  operation(app, route, { admit }, async (c, { principal: { tenantId }, params, reply }) => {
    const { id, deliveryId } = params
    const { entry } = await findDelivery(deps, tenantId, params)
    assertFailed(entry)
    await deps.platform.deliveries.again(tenantId, id, deliveryId)
    // Somebody else may have been quicker: it is tried again all the same.
    const { entry: now } = await findDelivery(deps, tenantId, params)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 202, viewOfDelivery(now))
  })
}

/** @throws {AppError} `wrong_state` */
function assertFailed({ status }: DeliveryEntry) {
  if (status === 'failed') return
  const message = `Is ${status}, and only what failed can be tried again`
  const errors = [{ path: ['status'], message, code: 'wrong_state' }]
  throw new AppError('wrong_state', WHAT_TO_DO[status], { errors })
}
