import type { App, AppDeps } from '../context'
import { validateCaliper } from './validate-caliper'
import { validateNative } from './validate-native'

export function registerChecks(app: App, deps: AppDeps) {
  validateCaliper(app, deps)
  validateNative(app, deps)
}
