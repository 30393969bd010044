import type { App } from '../context'
import { openPublish } from './open-publish'

export function registerRealtime(app: App) {
  openPublish(app)
}
