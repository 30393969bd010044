import type { App, AppDeps } from '../context'
import { receiveNativeWith } from './receive'
import { receiveByUrl } from './receive-by-url'
import { receiveEvents } from './receive-events'

export function registerNative(app: App, deps: AppDeps) {
  const receive = receiveNativeWith(deps)
  receiveEvents(app, receive)
  receiveByUrl(app, receive)
}
