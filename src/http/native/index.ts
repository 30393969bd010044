import type { App } from '../context'
import type { Receive } from '../receive'
import { receiveEvents } from './receive-events'

export function registerNative(app: App, receive: Receive) {
  receiveEvents(app, receive)
}
