import { createCheckTarget } from '../../webhooks/target'
import type { App, AppDeps } from '../context'
import { createWebhook } from './create-webhook'
import { deleteWebhook } from './delete-webhook'
import { getWebhook } from './get-webhook'
import { getWebhookReplay } from './get-webhook-replay'
import { listReplays } from './list-replays'
import { listWebhooks } from './list-webhooks'
import { patchWebhook } from './patch-webhook'
import { replayWebhook } from './replay-webhook'
import { steerReplay } from './steer-replay'
import { updateWebhook } from './update-webhook'

export function registerWebhooks(app: App, deps: AppDeps) {
  const checkTarget = createCheckTarget(deps.services)
  createWebhook(app, deps, checkTarget)
  listWebhooks(app, deps)
  getWebhook(app, deps)
  updateWebhook(app, deps, checkTarget)
  patchWebhook(app, deps, checkTarget)
  deleteWebhook(app, deps)
  replayWebhook(app, deps)
  listReplays(app, deps)
  getWebhookReplay(app, deps)
  steerReplay(app, deps)
}
