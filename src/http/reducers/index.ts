import type { App, AppDeps } from '../context'
import { getStates } from './get-states'
import { listReducers } from './list-reducers'
import { listStates } from './list-states'

export function registerReducers(app: App, deps: AppDeps) {
  listReducers(app, deps)
  listStates(app, deps)
  getStates(app, deps)
}
