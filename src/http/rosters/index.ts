import type { App, AppDeps } from '../context'
import { deleteRosters } from './delete-rosters'
import { getRosters } from './get-rosters'
import { putRosters } from './put-rosters'

export function registerRosters(app: App, deps: AppDeps) {
  getRosters(app, deps)
  putRosters(app, deps)
  deleteRosters(app, deps)
}
