import type { App, AppDeps } from '../context'
import { getConsistency } from './get-consistency'
import { getProof } from './get-proof'
import { listAudit } from './list-audit'
import { listRoots } from './list-roots'
import { verifyAudit } from './verify-audit'

export function registerAudit(app: App, deps: AppDeps) {
  listAudit(app, deps)
  verifyAudit(app, deps)
  getProof(app, deps)
  listRoots(app, deps)
  getConsistency(app, deps)
}
