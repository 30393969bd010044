import type { App, AppDeps } from '../context'
import { getDocs } from './get-docs'
import { getHealth } from './get-health'
import { getOpenApi } from './get-openapi'
import { getReadiness } from './get-readiness'

export function registerSystem(app: App, deps: AppDeps) {
  getHealth(app)
  getReadiness(app, deps)
  getOpenApi(app)
  getDocs(app)
}
