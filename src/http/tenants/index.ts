import type { App, AppDeps } from '../context'
import { changeTenant } from './change-tenant'
import { createTenant } from './create-tenant'
import { getTenant } from './get-tenant'
import { listTenants } from './list-tenants'

export function registerTenants(app: App, deps: AppDeps) {
  createTenant(app, deps)
  listTenants(app, deps)
  getTenant(app, deps)
  changeTenant(app, deps)
}
