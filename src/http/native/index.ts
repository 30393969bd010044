import type { App, AppDeps } from '../context'
import type { Receive } from '../receive'
import { receiveEvents } from './receive-events'
import { validateEvents } from './validate-events'

export function registerNative(app: App, deps: AppDeps, receive: Receive) {
  receiveEvents(app, receive)
  validateEvents(app, deps)
}
