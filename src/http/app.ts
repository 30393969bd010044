import type { Services } from '../services'
import { registerCaliper } from './caliper'
import type { App } from './context'
import { crossOrigin } from './cross-origin'
import { type AppDoor, beginApp, depsOf, type LaterApp, later, type Register } from './framed'
import { registerRealtime } from './realtime'
import { laterHandshakes } from './realtime/handshakes'
import { receiveWith } from './receive'
import { registerSystem } from './system'

/** The whole HTTP surface over services. Pure: no environment, no clients, no clock of its own. */
export function createApp(services: Services, door: AppDoor = {}): App {
  const app = beginApp(services, door, laterApps)
  const deps = depsOf(services)
  app.use('/caliper/*', crossOrigin(services.config))
  registerCaliper(app, deps, receiveWith(deps))
  registerRealtime(app)
  registerSystem(app, deps)
  return app
}

/**
 * Parts of the surface that most processes see no request to: `createApp` serves them, too, and loads
 * their routes with the first. The first whose path matches has the request.
 */
export const laterApps: readonly LaterApp[] = [
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
  ...laterHandshakes,
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

/** Lets pages of other origins ask, too. */
function fromPages(register: Register): Register {
  return (app, deps) => {
    app.use('*', crossOrigin(deps.options.config))
    register(app, deps)
  }
}
