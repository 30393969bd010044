import { Resource } from 'sst'
import { readConfig } from '../src/config/read-config'
import { createApp } from '../src/http/app'
import { openServing } from '../src/platform/aws'
import { metered } from '../src/platform/aws/metered'
import { createUrlHandler } from '../src/platform/aws/url-handler'
import { systemClock as clock } from '../src/platform/clock'
import { createLog } from '../src/telemetry/log'
import { createMetrics } from '../src/telemetry/metrics'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const serving = openServing(Resource.Nonius, { clock, log })
const { platform, take } = metered(serving)
// Not by `console`, which Lambda's runtime begins with a time: CloudWatch reads whole lines of JSON.
const write = (line: string) => void process.stdout.write(`${line}\n`)

/** Everything over HTTP. */
export const handler = createUrlHandler({
  fetch: createApp(platform, { config, clock, log }).fetch,
  take,
  metrics: createMetrics({ stage: Resource.App.stage, now: Date.now, write }),
  settle: serving.conformance.settle,
})
