import type { App, AppDeps } from '../context'
import { streamEvents } from './stream-events'

export function registerLive(app: App, deps: AppDeps) {
  streamEvents(app, deps)
}
