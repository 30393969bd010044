import type { Webhook } from '../../platform/registry/webhooks'
import { changedAt } from '../../webhooks/disable'
import { owedFrom } from '../../webhooks/owed'
import type { CheckTarget } from '../../webhooks/target'
import type { AppDeps } from '../context'
import { replaceStored } from '../replace-stored'
import { findWebhook } from './find-webhook'
import type { Settings } from './schemas'
import { storedOf } from './stored-settings'

interface Change {
  tenantId: string
  webhookId: string
  /** Left out where the target stays as it is. */
  targetUrl?: string | undefined
  /** Whence to go on, when it is enabled (`ResumeFrom`). */
  resumeFrom?: string | undefined
  /** @throws {AppError} when they do not fit */
  settingsFor(stored: Webhook): Settings
}

/**
 * Replaces the settings of a webhook, whatever somebody else changes at the same time.
 * @throws {AppError} `not_found`, `invalid_target`, `unavailable`, and what `settingsFor` throws
 */
export async function changeSettings(
  deps: AppDeps,
  checkTarget: CheckTarget,
  { tenantId, webhookId, targetUrl, settingsFor }: Change,
): Promise<Webhook> {
  const { platform, options } = deps
  const webhook = await replaceStored({
    find: () => findWebhook(deps, tenantId, webhookId),
    check: async () => targetUrl && checkTarget(tenantId, targetUrl),
    async replace(stored) {
      const settings = settingsFor(stored)
      const updatedAt = changedAt(stored, options.clock.now())
      const owed = owedFrom(platform.mark(), stored)
      const { secret, former, createdAt } = stored
      const ids = { webhookId, tenantId, secret, ...(former && { former }), createdAt }
      const webhook: Webhook = { ...ids, ...storedOf(settings, updatedAt, stored), owed, updatedAt }
      return (await platform.registry.webhooks.replace(stored, webhook)) ? webhook : undefined
    },
  })
  if (webhook.enabled) await platform.deliveries.release(tenantId, webhookId)
  return webhook
}
