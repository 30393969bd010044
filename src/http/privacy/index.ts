import type { App, AppDeps } from '../context'
import { createErasure } from './create-erasure'
import { getCertificateKey, getErasure, listErasures } from './read-erasures'
import { cancelErasure, liftTombstones, verifyErasure } from './steer-erasure'

export function registerPrivacy(app: App, deps: AppDeps) {
  createErasure(app, deps)
  listErasures(app, deps)
  getErasure(app, deps)
  cancelErasure(app, deps)
  verifyErasure(app, deps)
  liftTombstones(app, deps)
  getCertificateKey(app, deps)
}
