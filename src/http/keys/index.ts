import type { App, AppDeps } from '../context'
import { createKey } from './create-key'
import { getKey } from './get-key'
import { listKeys } from './list-keys'
import { revokeKey } from './revoke-key'
import { rotate } from './rotate-key'

export function registerKeys(app: App, deps: AppDeps) {
  createKey(app, deps)
  listKeys(app, deps)
  getKey(app, deps)
  rotate(app, deps)
  revokeKey(app, deps)
}
