import { Hono } from 'hono'
import type { Services } from '../services'
import { type AnswerRoom, createAnswerRoom } from './answers/room'
import { registerCaliper } from './caliper'
import type { App, AppContext, AppDeps, AppEnv } from './context'
import { crossOrigin } from './cross-origin'
import { errorResponseWith } from './error-response'
import type { Networks, ReadForwarded } from './forwarded'
import { notFoundWith } from './not-found'
import { registerRealtime } from './realtime'
import { receiveWith } from './receive'
import { requestContext } from './request-context'
import { requestPath } from './request-path'
import { registerSystem } from './system'

/** The whole HTTP surface over services. Pure: no environment, no clients, no clock of its own. */
export function createApp(services: Services): App {
  const app: App = new Hono<AppEnv>({ getPath: requestPath })
  const deps = depsOf(services)

  const { trustProxy } = services.config
  if (trustProxy !== false) app.use('*', forwardedLater(trustProxy))
  // Before all else: those routes are framed as these are.
  for (const { paths, load } of laterApps) {
    const serve = loadedLater(() => load(services))
    for (const path of paths) app.all(path, serve)
  }
  frame(app, services)
  app.use('/caliper/*', crossOrigin())
  registerCaliper(app, deps, receiveWith(deps))
  registerRealtime(app)
  registerSystem(app, deps)
  return app
}

/**
 * Parts of the surface that most processes see no request to: `createApp` serves them, too, and loads
 * their routes with the first.
 */
export const laterApps = [
  {
    paths: ['/caliper/v1p2/events/validate', '/api/v1/events/validate'],
    load: createChecksApp,
  },
  // After the address of its check, which is below it.
  { paths: ['/api/*'], load: createNativeApp },
  { paths: ['/xapi/*'], load: createXapiApp },
  { paths: ['/sources/*', '/tenants/*'], load: createSettingsApp },
  { paths: ['/keys/*'], load: createKeysApp },
  { paths: ['/quarantine/*'], load: createQuarantineApp },
  { paths: ['/analytics/*'], load: createAnalyticsApp },
  { paths: ['/webhooks/*'], load: createWebhooksApp },
  { paths: ['/', '/metrics'], load: createWatchApp },
]

async function createChecksApp(services: Services): Promise<App> {
  const { registerChecks } = await import('./checks')
  const app = framed(services)
  app.use('*', crossOrigin())
  registerChecks(app, depsOf(services))
  return app
}

async function createNativeApp(services: Services): Promise<App> {
  const { registerNative } = await import('./native')
  const app = framed(services)
  app.use('*', crossOrigin())
  registerNative(app, receiveWith(depsOf(services)))
  return app
}

async function createXapiApp(services: Services): Promise<App> {
  const { registerXapi } = await import('./xapi')
  const app = framed(services)
  registerXapi(app, depsOf(services))
  return app
}

async function createSettingsApp(services: Services): Promise<App> {
  const [{ registerSources }, { registerTenants }] = await Promise.all([
    import('./sources'),
    import('./tenants'),
  ])
  const app = framed(services)
  registerSources(app, depsOf(services))
  registerTenants(app, depsOf(services))
  return app
}

async function createKeysApp(services: Services): Promise<App> {
  const { registerKeys } = await import('./keys')
  const app = framed(services)
  registerKeys(app, depsOf(services))
  return app
}

async function createQuarantineApp(services: Services): Promise<App> {
  const { registerQuarantine } = await import('./quarantine')
  const app = framed(services)
  registerQuarantine(app, depsOf(services))
  return app
}

async function createAnalyticsApp(services: Services): Promise<App> {
  const { registerAnalytics } = await import('./analytics')
  const app = framed(services)
  registerAnalytics(app, depsOf(services))
  return app
}

async function createWebhooksApp(services: Services): Promise<App> {
  const { registerWebhooks } = await import('./webhooks')
  const app = framed(services)
  registerWebhooks(app, depsOf(services))
  return app
}

async function createWatchApp(services: Services): Promise<App> {
  const [{ getHome }, { getMetrics }] = await Promise.all([
    import('./system/get-home'),
    import('./system/get-metrics'),
  ])
  const app = framed(services)
  getHome(app, depsOf(services))
  getMetrics(app, depsOf(services))
  return app
}

function framed(services: Services): App {
  const app: App = new Hono<AppEnv>({ getPath: requestPath })
  frame(app, services)
  return app
}

function depsOf(services: Services): AppDeps {
  const { platform } = services
  return { services, platform, options: services, answers: roomOf(services) }
}

/** Puts around the routes of an app what all answers have in common. */
function frame(app: App, services: Services) {
  const { identity, budget, watch } = services
  app.use('*', requestContext({ authenticate: identity.authenticate, budget, watch }))
  app.notFound(notFoundWith(app))
  app.onError(errorResponseWith(services))
}

/** A process without a proxy in front, as on AWS, never loads what reads a proxy's headers. */
function forwardedLater(trust: Networks): ReadForwarded {
  let loading: Promise<ReadForwarded> | undefined
  return async function readForwarded(c, next) {
    loading ??= import('./forwarded').then(({ forwardedWith }) => forwardedWith(trust))
    await (await loading)(c, next)
  }
}

function loadedLater(load: () => Promise<App>) {
  let loading: Promise<App> | undefined
  return async function serve({ req, env }: AppContext): Promise<Response> {
    loading ??= load().catch((thrown) => {
      loading = undefined
      throw thrown
    })
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
