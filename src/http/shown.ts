import { createShownEvents } from '../query/shown-events'
import type { AppDeps } from './context'

/** Leaves to routes only those events that are not hidden. */
export function withShownEvents(deps: AppDeps): AppDeps {
  const { services, platform } = deps
  const events = createShownEvents(platform.events, services.hidden)
  return { ...deps, platform: { ...platform, events: { ...platform.events, ...events } } }
}
