import type { App, AppDeps } from '../../context'
import { beginExport } from './begin-export'
import { deleteExport } from './delete-export'
import { getExport } from './get-export'
import { getExportFile } from './get-export-file'
import { listExports } from './list-exports'

export function registerExports(app: App, deps: AppDeps) {
  beginExport(app, deps)
  listExports(app, deps)
  getExport(app, deps)
  deleteExport(app, deps)
  getExportFile(app, deps)
}
