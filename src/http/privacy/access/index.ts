import type { App, AppDeps } from '../../context'
import { getAccessFile } from './get-access-file'
import { getAccessRequest } from './get-access-request'
import { getMe } from './get-me'
import { listAccessRequests } from './list-access-requests'
import { myAccessRequest } from './my-access-request'
import { putMyConsents } from './my-consents'
import { requestAccess } from './request-access'

export function registerAccess(app: App, deps: AppDeps) {
  requestAccess(app, deps)
  listAccessRequests(app, deps)
  getAccessRequest(app, deps)
  getAccessFile(app, deps)
  getMe(app, deps)
  myAccessRequest(app, deps)
  putMyConsents(app, deps)
}
