import type { App, AppDeps } from '../context'
import { changeTenant } from './change-tenant'
import { getTenant } from './get-tenant'

export function registerTenants(app: App, deps: AppDeps) {
  getTenant(app, deps)
  changeTenant(app, deps)
}
