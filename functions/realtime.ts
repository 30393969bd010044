import { Resource } from 'sst'
import { readConfig } from '../src/config/read-config'
import { createApp } from '../src/http/app'
import { handshakeWith } from '../src/http/realtime/handshake'
import { publishOver } from '../src/http/realtime/publish'
import { openConnections, openServing } from '../src/platform/aws'
import { MAX_MESSAGE_BYTES } from '../src/platform/aws/connections'
import { metered } from '../src/platform/aws/lambda/metered'
import {
  createRealtimeHandler,
  type RealtimeEvent,
} from '../src/platform/aws/lambda/realtime-handler'
import { systemClock as clock } from '../src/platform/clock'
import { createLog } from '../src/telemetry/log'
import { createMetrics } from '../src/telemetry/metrics'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const metrics = createMetrics(Resource.App)
const serving = openServing(Resource.Nonius, { clock, log })
const { platform, measured } = metered({ platform: serving, metrics })
const options = { config, clock, log }
const limits = { maxMessageBytes: MAX_MESSAGE_BYTES, maxReplyBytes: MAX_MESSAGE_BYTES }

const handle = createRealtimeHandler({
  ...openConnections(Resource.Nonius, { clock }),
  path: '/ws/publish',
  handshake: handshakeWith(createApp(platform, options)),
  publish: publishOver(platform, options, limits),
  log,
})

/** Events over WebSocket. */
export const handler = (event: RealtimeEvent) => measured(() => handle(event))
