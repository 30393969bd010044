import type { App, AppDeps } from '../../context'
import { askBySql } from './ask'
import { deleteQuery } from './delete'
import { listQueries } from './list'
import { putQuery } from './put'
import { runQuery } from './run'

export function registerSql(app: App, deps: AppDeps) {
  askBySql(app, deps)
  listQueries(app, deps)
  runQuery(app, deps)
  putQuery(app, deps)
  deleteQuery(app, deps)
}
