import type { Services } from '../../services'
import type { App } from '../context'
import { type AppDoor, beginApp, type LaterApp, later } from '../framed'
import { openPublish } from './open-publish'

/** The handshakes that most processes see no request for. */
export const laterHandshakes: readonly LaterApp[] = [
  later(['/ws/subscribe'], async () => (await import('./open-subscribe')).openSubscribe),
  later(['/wsapi/*'], async () => (await import('./open-observer')).openObserver),
]

/** The part of the surface that opens WebSockets, for a door that hears no other requests. */
export function createHandshakes(services: Services, door: AppDoor): App {
  const app = beginApp(services, door, laterHandshakes)
  openPublish(app)
  return app
}
