import { Resource } from 'sst'
import { consumersOf } from '../src/changes/consumers'
import { readConfig } from '../src/config/read-config'
import { createStreamHandler } from '../src/platform/aws/change-feed'
import { openFeeding } from '../src/platform/aws/handing-on'
import { systemClock as clock } from '../src/platform/clock'
import { createLog } from '../src/telemetry/log'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const platform = openFeeding(Resource.Nonius, { clock })

/** Hands stored events on: to the lake, to webhooks. */
export const handler = createStreamHandler({
  ...platform,
  log,
  consumers: consumersOf({ ...platform, ...config, clock, log }),
})
