import type { App, AppDeps } from '../context'
import { changeTenant } from './change-tenant'
import { createTenant } from './create-tenant'
import { deleteIssuer } from './delete-issuer'
import { getTenant } from './get-tenant'
import { listIssuers } from './list-issuers'
import { listTenants } from './list-tenants'
import { putIssuer } from './put-issuer'

export function registerTenants(app: App, deps: AppDeps) {
  createTenant(app, deps)
  listTenants(app, deps)
  getTenant(app, deps)
  changeTenant(app, deps)
  listIssuers(app, deps)
  putIssuer(app, deps)
  deleteIssuer(app, deps)
}
