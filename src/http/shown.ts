import { createHidden, type Hidden } from '../query/hidden'
import { createShownEvents } from '../query/shown-events'
import type { Services } from '../services'
import type { AppDeps } from './context'

// There is one memory: what one request hides is hidden for the next at once, whichever routes it reaches.
const known = new WeakMap<Services, Hidden>()

/** Knows what of a tenant's events is hidden; there is one of it for all routes of a process. */
export function hiddenOf(services: Services): Hidden {
  const { platform, findTenant, clock } = services
  const hidden =
    known.get(services) ??
    createHidden({ ...platform, tenants: platform.registry.tenants, findTenant, clock })
  known.set(services, hidden)
  return hidden
}

/** Leaves to routes only those events that are not hidden. */
export function withShownEvents(deps: AppDeps): AppDeps {
  const { services, platform } = deps
  const events = createShownEvents(platform.events, hiddenOf(services))
  return { ...deps, platform: { ...platform, events: { ...platform.events, ...events } } }
}
