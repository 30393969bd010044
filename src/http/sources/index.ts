import type { App, AppDeps } from '../context'
import { createSource } from './create-source'
import { getConformance } from './get-conformance'
import { getSource } from './get-source'
import { listSources } from './list-sources'
import { updateSource } from './update-source'

export function registerSources(app: App, deps: AppDeps) {
  createSource(app, deps)
  listSources(app, deps)
  getSource(app, deps)
  updateSource(app, deps)
  getConformance(app, deps)
}
