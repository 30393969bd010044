import { Hono } from 'hono'
import type { Services } from '../services'
import { registerAnalytics } from './analytics'
import { createAnswerRoom } from './answers/room'
import { registerCaliper } from './caliper'
import type { App, AppEnv } from './context'
import { crossOrigin } from './cross-origin'
import { errorResponseWith } from './error-response'
import { registerNative } from './native'
import { notFoundWith } from './not-found'
import { registerQuarantine } from './quarantine'
import { registerRealtime } from './realtime'
import { receiveWith } from './receive'
import { requestContext } from './request-context'
import { requestPath } from './request-path'
import { registerSources } from './sources'
import { registerSystem } from './system'
import { registerTenants } from './tenants'
import { registerWebhooks } from './webhooks'
import { registerXapi } from './xapi'

/** The whole HTTP surface over services. Pure: no environment, no clients, no clock of its own. */
export function createApp(services: Services): App {
  const app: App = new Hono<AppEnv>({ getPath: requestPath })
  const { platform, budget } = services
  const { authenticate } = services.identity
  const deps = { services, platform, options: services, answers: createAnswerRoom() }
  const receive = receiveWith(deps)

  app.use('*', requestContext({ authenticate, budget }))
  for (const path of ['/caliper/*', '/api/*']) app.use(path, crossOrigin())
  registerCaliper(app, deps, receive)
  registerNative(app, receive)
  registerXapi(app, deps)
  registerRealtime(app)
  registerAnalytics(app, deps)
  registerWebhooks(app, deps)
  registerSources(app, deps)
  registerTenants(app, deps)
  registerQuarantine(app, deps)
  registerSystem(app, deps)
  app.notFound(notFoundWith(app))
  app.onError(errorResponseWith(services))
  return app
}
