import { Resource } from 'sst'
import { readConfig } from '../src/config/read-config'
import { createApp } from '../src/http/app'
import { createHub, type HubNeeds } from '../src/live/hub'
import { placed } from '../src/live/placed'
import { openServing } from '../src/platform/aws'
import { doorWith } from '../src/platform/aws/lambda/door'
import { createStreamingHandler } from '../src/platform/aws/lambda/streaming-handler'
import { once } from '../src/platform/aws/lazy'
import { openLive, openStreamPlaces } from '../src/platform/aws/live'
import { systemClock as clock } from '../src/platform/clock'
import { createServices } from '../src/services'
import { createLog } from '../src/telemetry/log'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const serving = openServing(Resource.Nonius, { clock, log, defaultXapi: config.xapi })
// Lambda ends a call after fifteen minutes, whatever it is doing: an answer ends itself before, and is
// ended half a minute before where the setting allowed it more.
const MAX_MS = 14.5 * 60_000
const lifeSeconds = Number(process.env.NONIUS_STREAM_SECONDS)
const perTenant = Number(process.env.NONIUS_MAX_STREAMS_PER_TENANT)
const places = openStreamPlaces(Resource.Nonius, { clock, log }, { perTenant, lifeSeconds })
const createLive = (needs: HubNeeds) => placed(createHub(needs), places.take)
const options = { config, clock, log, createLive, maxStreamMs: lifeSeconds * 1000 }

const opened = once(async () => {
  const live = await openLive(Resource.Nonius, { clock, log })
  return createApp(createServices({ ...serving, live }, options))
})

/** Streams events to those who follow them over HTTP. */
export const handler = awslambda.streamifyResponse(
  createStreamingHandler({
    fetch: async (request, connection) => (await opened()).fetch(request, connection),
    paths: [
      ...['/api/v1/events/stream', '/events/stream'],
      ...['/analytics/stream', '/api/v1/reducers/{name}/stream'],
    ],
    enter: doorWith(process.env.NONIUS_DOOR_SECRET),
    begin: (out, head) => awslambda.HttpResponseStream.from(out, head),
    maxMs: MAX_MS,
    settled: places.settle,
    log,
  }),
)
