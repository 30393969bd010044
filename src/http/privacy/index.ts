import type { App, AppDeps } from '../context'
import { registerAccess } from './access'
import { createErasure } from './create-erasure'
import { registerPseudonyms } from './pseudonyms'
import { getCertificateKey, getErasure, listErasures } from './read-erasures'
import { cancelErasure, liftTombstones, verifyErasure } from './steer-erasure'

export function registerPrivacy(app: App, deps: AppDeps) {
  registerAccess(app, deps)
  registerPseudonyms(app, deps)
  createErasure(app, deps)
  listErasures(app, deps)
  getErasure(app, deps)
  cancelErasure(app, deps)
  verifyErasure(app, deps)
  liftTombstones(app, deps)
  getCertificateKey(app, deps)
}
