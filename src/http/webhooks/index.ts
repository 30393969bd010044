import { createCheckTarget } from '../../webhooks/target/target'
import type { App, AppDeps } from '../context'
import { createWebhook } from './create-webhook'
import { deleteWebhook } from './delete-webhook'
import { getDelivery } from './get-delivery'
import { getPublicKey } from './get-public-key'
import { getWebhook } from './get-webhook'
import { getWebhookReplay } from './get-webhook-replay'
import { getWebhookStats } from './get-webhook-stats'
import { listDeliveries } from './list-deliveries'
import { listReplays } from './list-replays'
import { listWebhooks } from './list-webhooks'
import { matchSettings } from './match-settings'
import { matchWebhook } from './match-webhook'
import { patchWebhook } from './patch-webhook'
import { replayWebhook } from './replay-webhook'
import { retryDeliveries } from './retry-deliveries'
import { retryDelivery } from './retry-delivery'
import { rotateSecret } from './rotate-secret'
import { steerReplay } from './steer-replay'
import { testWebhook } from './test-webhook'
import { updateWebhook } from './update-webhook'

export function registerWebhooks(app: App, deps: AppDeps) {
  const checkTarget = createCheckTarget(deps.services)
  createWebhook(app, deps, checkTarget)
  listWebhooks(app, deps)
  getWebhook(app, deps)
  updateWebhook(app, deps, checkTarget)
  patchWebhook(app, deps, checkTarget)
  rotateSecret(app, deps)
  getPublicKey(app, deps)
  deleteWebhook(app, deps)
  listDeliveries(app, deps)
  getDelivery(app, deps)
  retryDelivery(app, deps)
  retryDeliveries(app, deps)
  testWebhook(app, deps)
  getWebhookStats(app, deps)
  matchSettings(app, deps)
  matchWebhook(app, deps)
  replayWebhook(app, deps)
  listReplays(app, deps)
  getWebhookReplay(app, deps)
  steerReplay(app, deps)
}
