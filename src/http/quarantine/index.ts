import type { ServingPlatform } from '../../platform/platform'
import { boundQuarantine } from '../../quarantine/bound'
import type { App, AppDeps, AppOptions } from '../context'
import { deleteQuarantined } from './delete-quarantined'
import { getQuarantined } from './get-quarantined'
import { getReplay } from './get-replay'
import { listQuarantine } from './list-quarantine'
import { replayQuarantine } from './replay-quarantine'
import { replayQuarantined } from './replay-quarantined'
import { createReplaying } from './replaying'

export function registerQuarantine(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const replaying = options.replaying ?? createReplaying(platform, options)
  listQuarantine(app, deps)
  replayQuarantine(app, deps, replaying)
  getReplay(app, replaying)
  getQuarantined(app, deps)
  replayQuarantined(app, deps, replaying)
  deleteQuarantined(app, deps)
}

/** The platform, its quarantine held to what the config says. */
export function withBoundQuarantine(
  platform: ServingPlatform,
  options: AppOptions,
): ServingPlatform {
  const { quarantineMaxItems: maxItems, quarantineMaxBytes: maxBytes } = options.config
  const bounds = { ...options, limits: { maxItems, maxBytes } }
  return { ...platform, quarantine: boundQuarantine(platform.quarantine, bounds) }
}
