import { Resource } from 'sst'
import { readConfig } from '../src/config/read-config'
import { createApp } from '../src/http/app'
import { handshakeWith } from '../src/http/realtime/handshake'
import { openConnections, openServing } from '../src/platform/aws'
import { MAX_MESSAGE_BYTES } from '../src/platform/aws/connections'
import { metered } from '../src/platform/aws/lambda/metered'
import {
  createRealtimeHandler,
  type RealtimeEvent,
} from '../src/platform/aws/lambda/realtime-handler'
import { systemClock as clock } from '../src/platform/clock'
import { socketProtocols } from '../src/realtime/protocol'
import { createServices } from '../src/services'
import { createLog } from '../src/telemetry/log'
import { createMetrics } from '../src/telemetry/metrics'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const metrics = createMetrics(Resource.App)
const serving = openServing(Resource.Nonius, { clock, log, defaultXapi: config.xapi })
const { platform, measured } = metered({ platform: serving, metrics })
const services = createServices(platform, { config, clock, log })
const limits = { maxMessageBytes: MAX_MESSAGE_BYTES, maxReplyBytes: MAX_MESSAGE_BYTES }

const handle = createRealtimeHandler({
  ...openConnections(Resource.Nonius, { clock }),
  protocols: socketProtocols(services, limits),
  handshake: handshakeWith(createApp(services)),
  log,
})

/** Answers everything that comes over WebSocket. */
export const handler = (event: RealtimeEvent) => measured(() => handle(event))
