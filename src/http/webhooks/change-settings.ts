import type { Webhook } from '../../platform/registry/webhooks'
import { changedAt } from '../../webhooks/state/disable'
import { tellDisabled } from '../../webhooks/state/health'
import { owedFrom } from '../../webhooks/state/owed'
import { resume, stateWhenWritten } from '../../webhooks/state/resume'
import type { CheckTarget } from '../../webhooks/target/target'
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

// A request on AWS has half a minute; what is left then is for the next.
const RESUME_MS = 10_000

/**
 * Replaces the settings of a webhook, whatever somebody else changes at the same time; one that is
 * enabled goes on from where it is told to.
 * @throws {AppError} `not_found`, `invalid_target`, `unavailable`, and what `settingsFor`,
 * `stateWhenWritten` and `resume` throw
 */
export async function changeSettings(
  deps: AppDeps,
  checkTarget: CheckTarget,
  { tenantId, webhookId, targetUrl, resumeFrom, settingsFor }: Change,
): Promise<Webhook> {
  const { platform, options, services } = deps
  const { clock, log } = options
  const { stored: before, webhook } = await replaceStored({
    find: () => findWebhook(deps, tenantId, webhookId),
    check: async () => targetUrl && checkTarget(tenantId, targetUrl),
    async replace(stored) {
      const settings = settingsFor(stored)
      const now = clock.now()
      const updatedAt = changedAt(stored, now)
      const { enabled } = settings
      const state = stateWhenWritten(stored, { enabled, resumeFrom }, now)
      const owed = owedFrom(platform.mark(), stored)
      const { secret, former, createdAt, health } = stored
      const ids = { webhookId, tenantId, secret, ...(former && { former }), createdAt }
      const written = {
        ...ids,
        ...storedOf(settings, updatedAt, stored),
        ...state,
        owed,
        updatedAt,
      }
      const webhook: Webhook = { ...written, ...(health && { health }) }
      const isReplaced = await platform.registry.webhooks.replace(stored, webhook)
      return isReplaced ? { stored, webhook } : undefined
    },
  })
  const needs = { ...platform, clock, log }
  if (before.enabled && !webhook.enabled) {
    await tellDisabled(needs, webhook).catch((error) => {
      log.error('nobody was told of a disabled webhook', { webhookId, reason: String(error) })
    })
  }
  const { webhookReplays } = services
  const beginReplay = webhookReplays.begin
  const resumed = await resume({ ...needs, beginReplay, maxMs: RESUME_MS }, webhook)
  if (!before.enabled && resumed.enabled) await webhookReplays.wakeAll(tenantId, webhookId)
  return resumed
}
