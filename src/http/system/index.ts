import type { App, AppDeps } from '../context'
import { getHealth } from './get-health'
import { getOpenApi } from './get-openapi'
import { getReadiness } from './get-readiness'

export function registerSystem(app: App, deps: AppDeps) {
  getHealth(app)
  getReadiness(app, deps)
  getOpenApi(app, deps)
}
