import type { App, AppDeps } from '../context'
import { deleteEvents } from './delete-events'
import { getEvent } from './get-event'
import { getPipelineReadiness } from './get-readiness'
import { getStats } from './get-stats'
import { listEvents } from './list-events'

/** Registers what clients of a real-time event pipeline ask, at its addresses and their aliases. */
export function registerPipeline(app: App, deps: AppDeps) {
  // The address that has the version comes first: it is the one in the document.
  for (const base of ['/api/v1', ''] as const) {
    listEvents(app, deps, base)
    deleteEvents(app, deps, base)
    getEvent(app, deps, base)
    getStats(app, deps, base)
  }
  getPipelineReadiness(app, deps)
}
