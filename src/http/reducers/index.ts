import type { App, AppDeps } from '../context'
import { getStates } from './get-states'
import { listReducers } from './list-reducers'
import { listStates } from './list-states'
import { rebuildReducers } from './rebuild'

export function registerReducers(app: App, deps: AppDeps) {
  listReducers(app, deps)
  listStates(app, deps)
  getStates(app, deps)
  rebuildReducers(app, deps)
}
