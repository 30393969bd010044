import type { App, AppDeps } from '../context'
import { deleteType } from './delete-type'
import { getType } from './get-type'
import { listTypes } from './list-types'
import { putType } from './put-type'

export function registerEventTypes(app: App, deps: AppDeps) {
  listTypes(app, deps)
  getType(app, deps)
  putType(app, deps)
  deleteType(app, deps)
}
