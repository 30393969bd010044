import { Resource } from 'sst'
import { readConfig } from '../src/config/read-config'
import { createApp } from '../src/http/app'
import { rateLimitOf } from '../src/http/rate-limit'
import { createSharedLimiter, ratesOf } from '../src/limits/limiter'
import { openServing } from '../src/platform/aws'
import { metered } from '../src/platform/aws/lambda/metered'
import { createUrlHandler, MAX_REPLIED_BYTES } from '../src/platform/aws/lambda/url-handler'
import { systemClock as clock } from '../src/platform/clock'
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
const services = createServices(platform, {
  ...{ config, clock, log, limiter, maxReplyBytes: MAX_REPLIED_BYTES },
})

/** Answers what `api` hands on: requests that change keys and tenants. */
export const handler = createUrlHandler({
  fetch: createApp(services, { limit: rateLimitOf(services) }).fetch,
  measured: (answer) => measured(answer, services.audit, services.budgets, limiter),
})
