import { bootstrap } from '../../src/access/keys/bootstrap'
import type { KeyGrant } from '../../src/access/keys/key'
import type { Config } from '../../src/config/config'
import { readConfig } from '../../src/config/read-config'
import { createApp } from '../../src/http/app'
import type { App } from '../../src/http/context'
import { rateLimitOf } from '../../src/http/rate-limit'
import type { Scope } from '../../src/identity/scope'
import { createLimiter, ratesOf } from '../../src/limits/limiter'
import { createHub } from '../../src/live/hub'
import type { Get } from '../../src/outbound/get'
import { openLocalPlatform } from '../../src/platform/local'
import type { Platform } from '../../src/platform/platform'
import { createServices, type ServiceOptions, type Services } from '../../src/services'
import type { Log } from '../../src/telemetry/log'
import { createMeter } from '../../src/watch/meter'
import { meteredEvents } from '../../src/watch/metered-events'
import { aRunningClock, type TestClock } from './clock'
import { temporaryFolder } from './folders'
import { keyring } from './keyring'

export interface TestApp extends AsyncDisposable {
  app: App
  /** The WebSocket API's address, where that is another door than the app's. */
  socketUrl?: string
  /**
   * Does what whoever follows the feed does for counts by type. Present on AWS, where these apps have no
   * stream.
   */
  follow?(tenantId?: string): Promise<void>
  platform: Platform
  config: Config
  /** The services were made with these. */
  options: ServiceOptions
  /** The app was made with these. Absent where it is in another process. */
  services?: Services
  keys: { demo: string; admin: string }
  /** Every line the app logged, as `level message {fields}`. */
  logged: string[]
  /** Turn it: nothing in the app has another one. */
  clock: TestClock
  request(path: string, init?: RequestInit): Promise<Response>
  /** `Authorization` with a key, the demo source's when none is named. */
  as(key?: string): { Authorization: string }
  /** A further key; of tenant `default` and source `demo` unless told otherwise. */
  issue(
    scopes: Scope[],
    tenantId?: string,
    more?: Partial<Pick<KeyGrant, 'sourceId' | 'sources' | 'role' | 'actorId' | 'isAggregateOnly'>>,
  ): Promise<string>
  revoke(key: string): Promise<void>
}

interface Options {
  config?: Partial<Config>
  /** Puts something between the app and its platform, e.g. a store that fails. */
  wrap?: (platform: Platform) => Platform
  /** As of `ServiceOptions`. */
  get?: Get
}

/**
 * The app over a local platform in a folder of its own, without a socket; or, with TEST_TARGET=aws,
 * the deployment on emulators, where nothing can be put between the app and its platform.
 */
export async function startTestApp({ config: changes, wrap, get }: Options = {}): Promise<TestApp> {
  if (process.env.TEST_TARGET === 'aws') {
    if (wrap || get) throw new Error('nothing can be put into a process of its own')
    return (await import('./aws-app')).startAwsTestApp(changes)
  }
  const folder = temporaryFolder()
  const config = { ...readConfig({ NONIUS_DATA_DIR: folder.path }), ...changes }
  const clock = aRunningClock()
  const { log, logged } = createRecordingLog()
  const platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
  const { registry } = platform
  const first = await bootstrap(registry, { clock })
  const keys = { demo: first!.demoKey, admin: first!.adminKey }
  const wrapped = wrap ? wrap(platform) : platform
  const meter = createMeter({ clock })
  const limiter = createLimiter({ rates: ratesOf(config), clock })
  const streamsLines = true as const
  const parts = { meter, limiter, streamsLines, createLive: createHub, ...(get && { get }) }
  const options = { config, clock, log, ...parts }
  const measured = { ...wrapped, events: meteredEvents(wrapped.events, meter) }
  const services = createServices(measured, options)
  const app = createApp(services, { limit: rateLimitOf(services) })

  return {
    app,
    platform,
    config,
    options,
    services,
    keys,
    logged,
    clock,
    request: async (path, init) => app.request(path, init, { ip: '192.0.2.7' }),
    ...keyring({ registry, clock, demo: keys.demo }),

    async [Symbol.asyncDispose]() {
      await services[Symbol.asyncDispose]()
      await platform[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

function createRecordingLog() {
  const logged: string[] = []
  const at =
    (level: string): Log['info'] =>
    (message, fields = {}) => {
      logged.push(`${level} ${message} ${JSON.stringify(fields)}`)
    }
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { log, logged }
}
