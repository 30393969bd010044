import type { App, AppDeps } from '../context'
import { getSessionLog } from './get-session-log'
import { listSessions } from './list-sessions'

export function registerObserver(app: App, deps: AppDeps) {
  listSessions(app, deps)
  getSessionLog(app, deps)
}
