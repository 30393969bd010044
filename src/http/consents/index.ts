import type { App, AppDeps } from '../context'
import { deleteConsent } from './delete-consent'
import { getConsent } from './get-consent'
import { listConsents } from './list-consents'
import { putConsent } from './put-consent'
import { putConsents } from './put-consents'
import { registerUnder13 } from './under13'

export function registerConsents(app: App, deps: AppDeps) {
  listConsents(app, deps)
  putConsents(app, deps)
  getConsent(app, deps)
  putConsent(app, deps)
  deleteConsent(app, deps)
  registerUnder13(app, deps)
}
