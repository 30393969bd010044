import type { App, AppDeps } from '../context'
import { getPolicyCounts } from './get-counts'
import { getPolicy } from './get-policy'
import { getPolicySchema } from './get-schema'
import { putPolicy } from './put-policy'
import { testPolicy } from './test-policy'
import { getVersion, listVersions, rollBack } from './versions'

export function registerPolicies(app: App, deps: AppDeps) {
  getPolicy(app, deps)
  putPolicy(app, deps)
  testPolicy(app, deps)
  listVersions(app, deps)
  getVersion(app, deps)
  rollBack(app, deps)
  getPolicyCounts(app, deps)
  getPolicySchema(app)
}
