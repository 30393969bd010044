import { createReplay } from '../../ingest/replay'
import type { ServingPlatform } from '../../platform/platform'
import { boundQuarantine } from '../../quarantine/bound'
import type { App, AppDeps, AppOptions } from '../context'
import { isSignedBody, openSignedWith } from '../signed-body'
import { deleteQuarantined } from './delete-quarantined'
import { getQuarantined } from './get-quarantined'
import { listQuarantine } from './list-quarantine'
import { readAgainWith } from './read-again'
import { replayQuarantine } from './replay-quarantine'
import { replayQuarantined } from './replay-quarantined'

export function registerQuarantine(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const { config, clock } = options
  const openSigned = openSignedWith(options)
  const readAgain = readAgainWith({
    ...config,
    async openAgain({ tenantId, sourceId, standard, context }, body) {
      const source = await platform.registry.getSource(tenantId, sourceId)
      const isSigned = standard === 'caliper' && isSignedBody(context.contentType, body)
      return openSigned(body, source, isSigned)
    },
  })
  const replay = createReplay({ ...platform, readAgain, config, clock })
  listQuarantine(app, deps)
  replayQuarantine(app, deps, replay)
  getQuarantined(app, deps)
  replayQuarantined(app, deps, replay)
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
