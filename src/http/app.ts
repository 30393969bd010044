import { Hono } from 'hono'
import type { Services } from '../services'
import { registerAnalytics } from './analytics'
import { type AnswerRoom, createAnswerRoom } from './answers/room'
import { registerCaliper } from './caliper'
import type { App, AppContext, AppDeps, AppEnv } from './context'
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

/** The whole HTTP surface over services. Pure: no environment, no clients, no clock of its own. */
export function createApp(services: Services): App {
  const app: App = new Hono<AppEnv>({ getPath: requestPath })
  const deps = depsOf(services)
  const receive = receiveWith(deps)

  // Before all else: those routes are framed as these are.
  app.all(
    '/xapi/*',
    loadedLater(() => createXapiApp(services)),
  )
  frame(app, services)
  for (const path of ['/caliper/*', '/api/*']) app.use(path, crossOrigin())
  registerCaliper(app, deps, receive)
  registerNative(app, receive)
  registerRealtime(app)
  registerAnalytics(app, deps)
  registerWebhooks(app, deps)
  registerSources(app, deps)
  registerTenants(app, deps)
  registerQuarantine(app, deps)
  registerSystem(app, deps)
  return app
}

/**
 * The part of the surface that is a record store, which `createApp` serves. Its routes are many, and
 * most processes see no request to them: they are loaded by the first.
 */
export async function createXapiApp(services: Services): Promise<App> {
  const { registerXapi } = await import('./xapi')
  const app: App = new Hono<AppEnv>({ getPath: requestPath })
  frame(app, services)
  registerXapi(app, depsOf(services))
  return app
}

function depsOf(services: Services): AppDeps {
  const { platform } = services
  return { services, platform, options: services, answers: roomOf(services) }
}

/** Puts around the routes of an app what all answers have in common. */
function frame(app: App, services: Services) {
  const { identity, budget } = services
  app.use('*', requestContext({ authenticate: identity.authenticate, budget }))
  app.notFound(notFoundWith(app))
  app.onError(errorResponseWith(services))
}

function loadedLater(load: () => Promise<App>) {
  let loading: Promise<App> | undefined
  return async function serve({ req, env }: AppContext): Promise<Response> {
    loading ??= load()
    return (await loading).fetch(req.raw, env)
  }
}

// There is one room for all answers of a process, whichever app makes them.
const rooms = new WeakMap<Services, AnswerRoom>()

function roomOf(services: Services): AnswerRoom {
  const room = rooms.get(services) ?? createAnswerRoom()
  rooms.set(services, room)
  return room
}
