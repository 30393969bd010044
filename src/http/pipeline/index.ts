import type { App, AppDeps } from '../context'
import { deleteEvents } from './delete-events'
import { getEvent } from './get-event'
import { getPipelineReadiness } from './get-readiness'
import { getStats } from './get-stats'
import { listEvents } from './list-events'

/** Registers what clients of a real-time event pipeline ask, at its addresses. */
export function registerPipeline(app: App, deps: AppDeps) {
  listEvents(app, deps)
  deleteEvents(app, deps)
  getEvent(app, deps)
  getStats(app, deps)
  getPipelineReadiness(app, deps)
}
