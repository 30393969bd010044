import { createGuard, type Guard } from '../outbound/guard'
import type { AppOptions } from './context'

/** The guard that the door gave, or one as the config says. */
export function guardOf({ config, guard }: AppOptions): Guard {
  return guard ?? createGuard({ allowPrivate: config.allowPrivateWebhooks })
}
