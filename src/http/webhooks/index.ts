import { createCheckTarget } from '../../webhooks/target'
import type { App, AppDeps } from '../context'
import { createWebhook } from './create-webhook'
import { deleteWebhook } from './delete-webhook'
import { getPublicKey } from './get-public-key'
import { getWebhook } from './get-webhook'
import { listWebhooks } from './list-webhooks'
import { patchWebhook } from './patch-webhook'
import { rotateSecret } from './rotate-secret'
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
}
