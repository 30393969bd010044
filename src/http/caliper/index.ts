import type { App, AppDeps } from '../context'
import type { Receive } from '../receive'
import { getEndpointConfiguration } from './get-endpoint-configuration'
import { receiveByUrl } from './receive-by-url'
import { receiveEvents } from './receive-events'

export function registerCaliper(app: App, deps: AppDeps, receive: Receive) {
  receiveEvents(app, receive)
  receiveByUrl(app, receive)
  getEndpointConfiguration(app, deps)
}
