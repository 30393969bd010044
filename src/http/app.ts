import { Hono } from 'hono'
import type { ServingPlatform } from '../platform/platform'
import { registerAnalytics } from './analytics'
import { createAnswerRoom } from './answers/room'
import { registerCaliper } from './caliper'
import type { App, AppEnv, AppOptions } from './context'
import { crossOrigin } from './cross-origin'
import { errorResponseWith } from './error-response'
import { identityOf } from './identity'
import { registerNative } from './native'
import { notFoundWith } from './not-found'
import { registerQuarantine, withBoundQuarantine } from './quarantine'
import { registerRealtime } from './realtime'
import { receiveWith } from './receive'
import { requestContext } from './request-context'
import { requestPath } from './request-path'
import { registerSources } from './sources'
import { registerSystem } from './system'
import { registerWebhooks } from './webhooks'

/** The whole HTTP surface over a platform. Pure: no environment, no clients, no clock of its own. */
export function createApp(platform: ServingPlatform, options: AppOptions): App {
  const app: App = new Hono<AppEnv>({ getPath: requestPath })
  const { authenticate } = identityOf(platform, options)
  const answers = createAnswerRoom()
  const deps = { platform: withBoundQuarantine(platform, options), options, answers }
  const receive = receiveWith(deps)

  app.use('*', requestContext({ authenticate, budget: options.budget }))
  for (const path of ['/caliper/*', '/api/*']) app.use(path, crossOrigin())
  registerCaliper(app, deps, receive)
  registerNative(app, receive)
  registerRealtime(app)
  registerAnalytics(app, deps)
  registerWebhooks(app, deps)
  registerSources(app, deps)
  registerQuarantine(app, deps)
  registerSystem(app, deps)
  app.notFound(notFoundWith(app))
  app.onError(errorResponseWith(options))
  return app
}
