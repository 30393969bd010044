import { totalmem } from 'node:os'
import { bootstrap } from './access/keys/bootstrap'
import { hashKey } from './access/keys/key'
import { rememberTenants } from './access/keys/tenants'
import { catchUpAll } from './audit/catch-up'
import { startConsumers } from './changes/consumers'
import type { Config } from './config/config'
import { StorageError } from './error/storage-error'
import { keptDaysOf } from './governance/kept-days'
import { limitIn } from './heap-size.mjs'
import { createApp } from './http/app'
import { rateLimitOf } from './http/rate-limit'
import { RECEIPT_BYTES } from './ingest/receipt-text'
import { createLimiter, ratesOf } from './limits/limiter'
import { createHub } from './live/hub'
import { createBudget } from './memory/budget'
import { createClosing } from './merkle/roots/closing'
import { keepRoots } from './merkle/roots/keeper'
import { createPostSink } from './merkle/roots/post'
import { recoverWaiting } from './observer/recover'
import { createGuard } from './outbound/guard'
import { createIdleConnections } from './outbound/idle-connections'
import { systemClock as clock, createAgreedTime } from './platform/clock'
import { type LocalPlatform, openLocalPlatform } from './platform/local'
import { createSockets } from './platform/local/connections'
import { answerFlushRequests } from './platform/local/flush-requests'
import { createFileSink } from './platform/local/root-file'
import { serveHttp } from './platform/local/serve'
import { settleNightly } from './platform/local/settle/nightly'
import { answerLakeRequests } from './platform/local/settle/requests'
import { workOnLake } from './platform/local/settle/work'
import { socketsWithin } from './platform/local/sockets/how-many'
import type { Platform } from './platform/platform'
import { forget } from './privacy/retention/forget'
import { conversations } from './realtime/conversations'
import { performOf } from './realtime/performing'
import { socketProtocols } from './realtime/protocol'
import type { Rebuild } from './reducers/rebuilds/rebuild'
import { runRebuilds } from './reducers/rebuilds/run'
import { createWalk } from './reducers/rebuilds/walk'
import type { Reducing } from './reducers/reducers'
import { createReducing, type ReducingNeeds } from './reducers/reducing'
import { createServices, type Services } from './services'
import { prepareChecks } from './standards/caliper/check-item'
import { createLog, type Log } from './telemetry/log'
import { createMeter } from './watch/meter'
import { meteredEvents } from './watch/metered-events'
import { createDeliverer } from './webhooks/sending/deliverer'
import { createSend } from './webhooks/sending/send'
import { resumeUnfinished } from './webhooks/state/resume'
import { createRefuseTarget } from './webhooks/target/target'

export interface Server extends AsyncDisposable {
  url: URL
  /** The keys are absent unless this was the first start on a data directory. */
  keys: { demoKey: string; adminKey: string } | undefined
}

// Hot generations last days: an hour more or less does not matter.
const EXPIRE_EVERY_MS = 60 * 60 * 1000
// Before the next look; a run that has nothing to forget takes milliseconds.
const FORGET_MS = EXPIRE_EVERY_MS / 2

/**
 * Starts the server of one machine: everything in one process, over one data directory. Disposing
 * stops taking requests, answers those in flight, archives what is stored and closes what was
 * opened.
 * @throws {StorageError} when the directory or the port is not available
 */
export async function startServer(config: Config): Promise<Server> {
  const log = createLog(config.logLevel)
  prepareChecks()
  await using opened = new AsyncDisposableStack()

  const { dataDir } = config
  const platform = opened.use(
    await openLocalPlatform({ dataDir, clock, log, defaultXapi: config.xapi }),
  )
  const guard = createGuard({ allowPrivate: config.allowPrivateWebhooks })
  const findTenant = rememberTenants({ ...platform, clock })
  const refuseTarget = createRefuseTarget({ findTenant })
  const send = createSend({ guard, idle: createIdleConnections() })
  const deliverer = opened.use(createDeliverer({ ...platform, send, refuseTarget, clock, log }))
  const { archiveFlushSeconds } = config
  const onEnqueued = deliverer.poke
  let tombstones: Pick<Services['tombstones'], 'of'> = { of: async () => new Set() }
  const erasedOf: ReducingNeeds['erasedOf'] = (...asked) => tombstones.of(...asked)
  const reducing = reducingWith(platform, config, { log, erasedOf })
  if (reducing !== undefined) opened.use(reducing)
  const following = { archiveFlushSeconds, clock, log, onEnqueued, reducing }
  const { flush } = opened.use(startConsumers(platform, following))
  opened.use(answerFlushRequests({ dataDir, flush }))
  const budget = createBudget({
    capacity: config.requestMemoryBytes,
    maxPlaces: config.maxQueueSize,
  })
  const meter = createMeter({ clock })
  const measured = { ...platform, events: meteredEvents(platform.events, meter) }
  const limiter = createLimiter({ rates: ratesOf(config), clock })
  const streamsLines = true as const
  const door = { streamsLines, livesOn: true, createLive: createHub } as const
  const parts = { guard, budget, meter, limiter, flush, ...door }
  let rebuilds: ReturnType<typeof runRebuilds> | undefined
  const wakeRebuild = (rebuild: Rebuild) => rebuilds?.wake(rebuild)
  const options = { config, clock, log, ...parts, ...(reducing && { reducing, wakeRebuild }) }
  const services = opened.use(createServices(measured, options))
  tombstones = services.tombstones
  settleOnTime(opened, platform, services)
  if (reducing !== undefined) rebuilds = opened.use(rebuildingWith(platform, services, reducing))
  opened.use(closingHours(platform, services))
  const checking = setInterval(expiring(platform, services), EXPIRE_EVERY_MS)
  opened.defer(() => clearInterval(checking))
  void catchUpAll({ ...services, ...platform.registry })
  const { begin: beginReplay } = services.webhookReplays
  void resumeUnfinished({ ...platform, clock, log, beginReplay })
  void recoverWaiting({ ...services, ...platform, perform: performOf(services) })
  const { fetch } = createApp(services, { limit: rateLimitOf(services) })
  const { host, port } = config
  const http = opened.use(serveHttp({ host, port, fetch, sockets: openSockets(services) }))
  // Readers are told that it stops before it waits for what is under way.
  opened.defer(async () => services.live?.[Symbol.asyncDispose]())
  // Keys are made last, once nothing can prevent that they are shown.
  const keys = await bootstrap(platform.registry, { ...config, clock })
  await warnOfKeys(platform, config, log)
  if (!config.requireAuth) await addAnonymousSource(platform)

  const held = opened.move()
  return { url: http.url, keys, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

function openSockets(services: Services) {
  const { maxBodyBytes, maxWsMessageBytes, maxSubscribers, maxQueueSize } = services.config
  const { maxSocketsPerAddress: maxPerAddress } = services.config
  const maxMessageBytes = Math.min(maxBodyBytes, maxWsMessageBytes)
  const limits = { maxMessageBytes, maxReplyBytes: RECEIPT_BYTES }
  const room = socketsWithin(limitIn(process.env) ?? totalmem(), maxMessageBytes)
  return createSockets({
    protocols: socketProtocols(services, limits),
    conversations: conversations(services),
    maxSockets: Math.min(maxSubscribers, room.publishers),
    maxSubscribers: Math.min(maxSubscribers, room.subscribers),
    maxRefused: room.refused,
    ...{ maxMessageBytes, maxPerAddress, maxUnanswered: maxQueueSize },
  })
}

/** Carries on what was asked to be rebuilt. */
function rebuildingWith(platform: Platform, { hidden, config, log }: Services, reducing: Reducing) {
  const { documents, registry } = platform
  const { hotTtlDays } = config
  const walk = createWalk({ ...platform, clock, hotTtlDays, hiddenBefore: hidden.before })
  const mark = () => platform.mark()
  return runRebuilds({ documents, reducing, walk, mark, clock, log }, registry)
}

/** Modules are loaded anew where somebody writes them. */
function reducingWith(
  { documents, registry }: Platform,
  { reducers, environment }: Config,
  needs: Pick<ReducingNeeds, 'log' | 'erasedOf'>,
) {
  if (reducers === 'off') return undefined
  return createReducing({
    ...{ documents, clock, ...needs, isWrittenBehind: true },
    workerAt: new URL('./reducers/worker/worker.ts', import.meta.url),
    folder: typeof reducers === 'object' ? reducers.folder : undefined,
    reloads: environment === 'development',
    onDemand: reducers === 'on-demand' ? registry.tenants : undefined,
  })
}

/** Events that come without a key are of this source. Its settings can be changed as those of any other. */
async function addAnonymousSource({ registry: { sources } }: Platform) {
  const { tenantId, sourceId } = { tenantId: 'default', sourceId: 'anonymous' }
  if ((await sources.get(tenantId, sourceId)) !== undefined) return
  const createdAt = clock.now().toISOString()
  await sources.put({ tenantId, sourceId, name: 'Anonymous', createdAt })
}

/** Settles the lake each night, and when a command asks for it. */
function settleOnTime(
  opened: AsyncDisposableStack,
  { settlement }: LocalPlatform,
  { config, policies, log }: Services,
) {
  const { dataDir, settle: hour } = config
  const keptDays = keptDaysOf(policies)
  const work = workOnLake({ settlement, keptDays, clock })
  opened.use(answerLakeRequests({ dataDir, work }))
  if (hour === 'off') return
  const now = createAgreedTime(clock)
  now() // this is the first of two looks
  opened.use(settleNightly({ settlement, keptDays, hour, now, log }))
}

/** Closes the hours of the log, and publishes their roots. */
function closingHours(platform: LocalPlatform, { config, log }: Services) {
  // Who sets the environment may name a place of their own network.
  const guard = createGuard({ allowPrivate: true })
  const sinks = (config.rootsTo ?? []).map((place) => {
    if (place.kind === 'file') return createFileSink(place.path)
    if (place.kind === 'post') return createPostSink(place.url, guard)
    const message = 'NONIUS_ROOTS_TO names a bucket of S3, which only Nonius on AWS writes to'
    throw new StorageError(message, { isRetriable: false })
  })
  const close = createClosing({ ...platform, key: config.rootsKey, sinks, log })
  return keepRoots({ close, ...platform, ...platform.registry, clock })
}

function expiring(platform: Platform, { access, exports, policies, config, audit, log }: Services) {
  const agreedTime = createAgreedTime(clock)
  const keptDays = keptDaysOf(policies)
  agreedTime() // this is the first of two looks
  return function expire() {
    const time = agreedTime()
    if (time === undefined) return
    const forgetting = [
      platform.events.expire(time),
      platform.statements.expire(time),
      forget({ platform, access, exports, audit, keptDays, config, clock, log }, time, FORGET_MS),
    ]
    for (const work of forgetting) {
      work.catch((error: Error) => {
        log.error('what has expired could not be dropped', { reason: error.message })
      })
    }
  }
}

// A key of 64 bits takes so many letters and digits; a shorter one can be guessed.
const SHORT_KEY = 11

async function warnOfKeys({ registry }: Platform, { demoKey, adminKey }: Config, log: Log) {
  const given = { NONIUS_DEMO_KEY: demoKey, NONIUS_ADMIN_KEY: adminKey }
  for (const [variable, key] of Object.entries(given)) {
    if (key === undefined) continue
    if (!(await registry.keys.findByHash(hashKey(key)))) {
      log.warn(`${variable} has no effect: the data directory has its keys already`)
    } else if (key.length < SHORT_KEY) {
      log.warn(`${variable} is short enough to be guessed`, { characters: key.length })
    }
  }
}
