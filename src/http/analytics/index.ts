import type { App, AppDeps } from '../context'
import { getEvent } from './get-event'
import { getHistory } from './get-history'
import { listArrivals } from './list-arrivals'
import { listEvents } from './list-events'

export function registerAnalytics(app: App, deps: AppDeps) {
  listEvents(app, deps)
  getEvent(app, deps)
  getHistory(app, deps)
  listArrivals(app, deps)
}
