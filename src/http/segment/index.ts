import type { App, AppDeps } from '../context'
import { receiveMessages } from './receive-messages'

export function registerSegment(app: App, deps: AppDeps) {
  receiveMessages(app, deps)
}
