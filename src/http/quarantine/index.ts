import type { App, AppDeps } from '../context'
import { deleteQuarantine } from './delete-quarantine'
import { deleteQuarantined } from './delete-quarantined'
import { getQuarantined } from './get-quarantined'
import { getReplay } from './get-replay'
import { listQuarantine } from './list-quarantine'
import { replayQuarantine } from './replay-quarantine'
import { replayQuarantined } from './replay-quarantined'

export function registerQuarantine(app: App, deps: AppDeps) {
  const { replaying } = deps.services
  listQuarantine(app, deps)
  replayQuarantine(app, deps, replaying)
  getReplay(app, replaying)
  getQuarantined(app, deps)
  replayQuarantined(app, deps, replaying)
  deleteQuarantined(app, deps)
  deleteQuarantine(app, deps)
}
