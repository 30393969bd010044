import type { App, AppDeps } from '../context'
import { receiveTelemetry } from './receive-telemetry'

export function registerTelemetry(app: App, deps: AppDeps) {
  receiveTelemetry(app, deps)
}
