import type { App, AppDeps } from '../context'
import { answerEvents } from './event-pages'
import { registerExports } from './exports'
import { getAssessments } from './get-assessments'
import { getEngagement } from './get-engagement'
import { getEvent } from './get-event'
import { getHistory } from './get-history'
import { getLearners } from './get-learners'
import { getMetrics } from './get-metrics'
import { getPaths } from './get-paths'
import { listArrivals } from './list-arrivals'
import { listEvents } from './list-events'
import { registerLoads } from './loads'
import { registerSql } from './sql'

export function registerAnalytics(app: App, deps: AppDeps) {
  // Both wait for the same turns at the lake.
  const answer = answerEvents(deps)
  listEvents(app, deps, answer)
  getEvent(app, deps)
  getHistory(app, deps, answer)
  listArrivals(app, deps)
  getMetrics(app, deps)
  getPaths(app, deps)
  getEngagement(app, deps)
  getAssessments(app, deps)
  getLearners(app, deps)
  registerExports(app, deps)
  registerLoads(app, deps)
  registerSql(app, deps)
}
