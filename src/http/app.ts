import { Hono } from 'hono'
import type { Services } from '../services'
import { type AnswerRoom, createAnswerRoom } from './answers/room'
import { registerCaliper } from './caliper'
import type { App, AppContext, AppDeps, AppEnv } from './context'
import { crossOrigin } from './cross-origin'
import { errorResponseWith } from './error-response'
import type { Networks, ReadForwarded } from './forwarded'
import { notFoundWith } from './not-found'
import type { RateLimit } from './rate-limit'
import { registerRealtime } from './realtime'
import { receiveWith } from './receive'
import { requestContext } from './request-context'
import { requestPath } from './request-path'
import { registerSystem } from './system'

/** A door gives these to its app, where it has them. */
interface AppDoor {
  /** Left out, nobody's rate is limited. */
  limit?: RateLimit | undefined
}

/** The whole HTTP surface over services. Pure: no environment, no clients, no clock of its own. */
export function createApp(services: Services, door: AppDoor = {}): App {
  const app: App = new Hono<AppEnv>({ getPath: requestPath })
  const deps = depsOf(services)

  const { trustProxy } = services.config
  if (trustProxy !== false) app.use('*', forwardedLater(trustProxy))
  // Before all else: those routes are framed as these are.
  for (const { paths, load } of laterApps) {
    const serve = loadedLater(() => load(services, door))
    for (const path of paths) app.all(path, serve)
  }
  frame(app, services, door)
  app.use('/caliper/*', crossOrigin(services.config))
  registerCaliper(app, deps, receiveWith(deps))
  registerRealtime(app)
  registerSystem(app, deps)
  return app
}

type Register = (app: App, deps: AppDeps) => void

/**
 * Parts of the surface that most processes see no request to: `createApp` serves them, too, and loads
 * their routes with the first. The first whose path matches has the request.
 */
export const laterApps = [
  later(['/caliper/v1p2/events/validate', '/api/v1/events/validate'], async () =>
    fromPages((await import('./checks')).registerChecks),
  ),
  later(['/api/v1/event-types/*'], async () =>
    fromPages((await import('./event-types')).registerEventTypes),
  ),
  later(['/api/v1/events/stream'], async () => fromPages((await import('./live')).registerLive)),
  later(['/api/v1/reducers/:name/stream'], async () =>
    fromPages((await import('./reducers/stream-states')).streamStates),
  ),
  later(['/api/v1/reducers/*'], async () =>
    fromPages((await import('./reducers')).registerReducers),
  ),
  later(['/ws/subscribe'], async () => (await import('./realtime/open-subscribe')).openSubscribe),
  later(['/wsapi/*'], async () => (await import('./realtime/open-observer')).openObserver),
  later(['/api/v1/filters/*'], async () =>
    fromPages((await import('./filters/get-schema')).getFilterSchema),
  ),
  later(['/api/*', '/readiness'], async () => {
    const { registerNative } = await import('./native')
    const { registerPipeline } = await import('./pipeline')
    return fromPages((app, deps) => {
      registerNative(app, deps)
      registerPipeline(app, deps)
    })
  }),
  later(['/v1/telemetry/*'], async () =>
    fromPages((await import('./telemetry')).registerTelemetry),
  ),
  // One step alone: what is below another stands for itself.
  later(['/v1/:call{[a-z]+}'], async () => fromPages((await import('./segment')).registerSegment)),
  later(['/xapi/*'], async () => (await import('./xapi')).registerXapi),
  later(['/sources/*'], async () => (await import('./sources')).registerSources),
  later(['/tenants/*'], async () => (await import('./tenants')).registerTenants),
  later(['/keys/*'], async () => (await import('./keys')).registerKeys),
  later(['/quarantine/*'], async () => (await import('./quarantine')).registerQuarantine),
  later(
    ['/privacy/consents/*', '/privacy/under13/*'],
    async () => (await import('./consents')).registerConsents,
  ),
  later(['/audit/*'], async () => (await import('./trail')).registerAudit),
  later(['/analytics/stream'], async () =>
    fromPages((await import('./analytics/stream-metrics')).streamMetrics),
  ),
  later(['/analytics/*'], async () => (await import('./analytics')).registerAnalytics),
  later(['/observer/*'], async () => (await import('./observer')).registerObserver),
  later(['/rosters'], async () => (await import('./rosters')).registerRosters),
  later(['/webhooks/*'], async () => (await import('./webhooks')).registerWebhooks),
  later(['/policies/*'], async () => (await import('./policies')).registerPolicies),
  later(['/privacy/*'], async () => (await import('./privacy')).registerPrivacy),
  later(['/'], async () => (await import('./system/get-home')).getHome),
  later(['/docs/*'], async () => (await import('./system/get-docs')).getDocs),
  later(['/client.js'], async () => (await import('./browser/get-client')).getClientScript),
  later(['/budgets'], async () => (await import('./budgets')).registerBudgets),
  later(['/status'], async () => (await import('./system/get-status')).getStatus),
  later(['/metrics'], async () => (await import('./system/get-metrics')).getMetrics),
]

function later(paths: string[], loadRegister: () => Promise<Register>) {
  async function load(services: Services, door: AppDoor = {}): Promise<App> {
    const register = await loadRegister()
    const app = framed(services, door)
    const { withShownEvents } = await import('./shown')
    register(app, withShownEvents(depsOf(services)))
    return app
  }
  return { paths, load }
}

/** Lets pages of other origins ask, too. */
function fromPages(register: Register): Register {
  return (app, deps) => {
    app.use('*', crossOrigin(deps.options.config))
    register(app, deps)
  }
}

function framed(services: Services, door: AppDoor): App {
  const app: App = new Hono<AppEnv>({ getPath: requestPath })
  frame(app, services, door)
  return app
}

function depsOf(services: Services): AppDeps {
  const { platform } = services
  return { services, platform, options: services, answers: roomOf(services) }
}

/** Puts around the routes of an app what all answers have in common. */
function frame(app: App, services: Services, { limit }: AppDoor) {
  const { identity, budget, watch, config } = services
  const { authenticate } = identity
  app.use('*', requestContext({ authenticate, budget, watch, config, limit }))
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
