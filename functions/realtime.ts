import type { Context } from 'aws-lambda'
import { Resource } from 'sst'
import { readConfig } from '../src/config/read-config'
import { rateLimitOf } from '../src/http/rate-limit'
import { handshakeWith } from '../src/http/realtime/handshake'
import { createHandshakes } from '../src/http/realtime/handshakes'
import { createSharedLimiter, ratesOf } from '../src/limits/limiter'
import { openServing } from '../src/platform/aws'
import { MAX_MESSAGE_BYTES } from '../src/platform/aws/connections'
import { metered } from '../src/platform/aws/lambda/metered'
import {
  createRealtimeHandler,
  type RealtimeEvent,
} from '../src/platform/aws/lambda/realtime-handler'
import { createTimeLeft } from '../src/platform/aws/lambda/time-left'
import { openConnections } from '../src/platform/aws/open-connections'
import { systemClock as clock } from '../src/platform/clock'
import { observerName, observerPath } from '../src/realtime/observer-address'
import { socketProtocols } from '../src/realtime/protocol'
import { MAX_CONDITIONS_BYTES, relayedLazily } from '../src/realtime/relayed/lazily'
import { subscribeName, subscribePath } from '../src/realtime/subscribe-frames'
import { createServices } from '../src/services'
import { createLog } from '../src/telemetry/log'
import { createMetrics } from '../src/telemetry/metrics'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const metrics = createMetrics(Resource.App)
const serving = openServing(Resource.Nonius, { clock, log, defaultXapi: config.xapi })
const { platform, measured } = metered({ platform: serving, metrics })
const limiter = createSharedLimiter({
  ...{ rates: ratesOf(config), tally: serving.rateTally, clock, log },
})
const services = createServices(platform, { config, clock, log, limiter })
const timeLeft = createTimeLeft()
const opened = openConnections(Resource.Nonius, { clock })
const limits = { maxMessageBytes: MAX_MESSAGE_BYTES, maxReplyBytes: MAX_MESSAGE_BYTES }

/** Answers subscribers; whoever only sends events does not wait for it to be loaded. */
const subscribe = relayedLazily(
  { name: subscribeName, path: subscribePath },
  async () => {
    const [{ openHeldConnections }, { createPosting }, { createRelayedSubscribe }] =
      await Promise.all([
        import('../src/platform/aws/held-connections'),
        import('../src/realtime/posting/post'),
        import('../src/realtime/relayed/subscribe'),
      ])
    const needs = {
      ...(await openHeldConnections(Resource.Nonius, { clock, log })),
      isCurrent: services.identity.isCurrent,
      hidden: services.hidden,
      limits: { places: Math.ceil(config.maxSubscribers / 2), bytes: MAX_CONDITIONS_BYTES },
      leftMs: timeLeft.ms,
      ...{ clock, log },
    }
    return createRelayedSubscribe({ ...needs, post: createPosting(needs) })
  },
  log,
)

/** Deals with streams of Learning Observer's clients. */
const observe = relayedLazily(
  { name: observerName, path: observerPath, hearsLate: true },
  async () => {
    const [{ createRelayedObserver }, { performOf }] = await Promise.all([
      import('../src/realtime/relayed/observer'),
      import('../src/realtime/performing'),
    ])
    return createRelayedObserver({
      ...{ ...services, documents: platform.documents, connections: opened.connections },
      ...{ perform: performOf(services), maxMessageBytes: MAX_MESSAGE_BYTES },
      ...{ leftMs: timeLeft.ms, log },
    })
  },
  log,
)

const handle = createRealtimeHandler({
  ...opened,
  protocols: socketProtocols(services, limits),
  relayed: [subscribe, observe],
  handshake: handshakeWith(createHandshakes(services, { limit: rateLimitOf(services) })),
  log,
})

/** Answers everything that comes over WebSocket. */
export const handler = (event: RealtimeEvent, context?: Context) =>
  timeLeft.during(context, () =>
    measured(() => handle(event), services.audit, services.budgets, limiter),
  )
