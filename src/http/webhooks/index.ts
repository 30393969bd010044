import type { App, AppDeps } from '../context'
import { createWebhook } from './create-webhook'
import { deleteWebhook } from './delete-webhook'
import { getDelivery } from './get-delivery'
import { getWebhook } from './get-webhook'
import { getWebhookStats } from './get-webhook-stats'
import { listDeliveries } from './list-deliveries'
import { listWebhooks } from './list-webhooks'
import { patchWebhook } from './patch-webhook'
import { retryDeliveries } from './retry-deliveries'
import { retryDelivery } from './retry-delivery'
import { testWebhook } from './test-webhook'
import { updateWebhook } from './update-webhook'

export function registerWebhooks(app: App, deps: AppDeps) {
  const { guard } = deps.services
  createWebhook(app, deps, guard)
  listWebhooks(app, deps)
  getWebhook(app, deps)
  updateWebhook(app, deps, guard)
  patchWebhook(app, deps, guard)
  deleteWebhook(app, deps)
  listDeliveries(app, deps)
  getDelivery(app, deps)
  retryDelivery(app, deps)
  retryDeliveries(app, deps)
  testWebhook(app, deps, guard)
  getWebhookStats(app, deps)
}
