import type { App, AppDeps } from '../context'
import { listAudit } from './list-audit'
import { verifyAudit } from './verify-audit'

export function registerAudit(app: App, deps: AppDeps) {
  listAudit(app, deps)
  verifyAudit(app, deps)
}
