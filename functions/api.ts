import { Resource } from 'sst'
import { readConfig } from '../src/config/read-config'
import { isAdministration } from '../src/http/administration'
import { createApp } from '../src/http/app'
import { rateLimitOf } from '../src/http/rate-limit'
import { createSharedLimiter, ratesOf } from '../src/limits/limiter'
import { openServing } from '../src/platform/aws'
import { administeredElsewhere } from '../src/platform/aws/lambda/administered'
import { doorWith } from '../src/platform/aws/lambda/door'
import { metered } from '../src/platform/aws/lambda/metered'
import {
  createUrlHandler,
  MAX_REPLIED_BYTES,
  type UrlHandler,
} from '../src/platform/aws/lambda/url-handler'
import { once } from '../src/platform/aws/lazy'
import { systemClock as clock } from '../src/platform/clock'
import { createServices } from '../src/services'
import { createLog } from '../src/telemetry/log'
import { createMetrics } from '../src/telemetry/metrics'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const metrics = createMetrics(Resource.App)
const { questionsWorkgroup: athenaWorkgroup } = Resource.Nonius
const resources = { ...Resource.Nonius, athenaWorkgroup }
const serving = openServing(resources, { clock, log, defaultXapi: config.xapi })
const { platform, measured } = metered({ platform: serving, metrics })
const limiter = createSharedLimiter({
  ...{ rates: ratesOf(config), tally: serving.rateTally, clock, log },
})
// A hundred events of a sender who tries what it sends; the checks of six megabytes take seconds.
const STRANGERS_BYTES = 64 * 1024
// Answers leave here whole: those who ask for a stream are sent on.
const { NONIUS_STREAM_URL: streamAt } = process.env
const options = {
  ...{ config, clock, log, limiter, maxReplyBytes: MAX_REPLIED_BYTES },
  strangers: { bodyBytes: STRANGERS_BYTES },
  ...(streamAt && { streamAt }),
}
const services = createServices(platform, options)
const app = createApp(services, { limit: rateLimitOf(services) })

const { NONIUS_ADMINISTER: functionName = '', AWS_REGION: region = '' } = process.env
// The function it waits for ends sooner, and this one's own end is at 29 s.
const ADMINISTERING_MS = 27_000

type Reply = Awaited<ReturnType<UrlHandler>>

// Few requests change keys.
const administer = once(async () => {
  const { createInvoke, lambdaEndpoint, ownCredentials } = await import(
    '../src/platform/aws/lambda/invoke'
  )
  return createInvoke({
    ...{ functionName, region, endpoint: lambdaEndpoint(process.env) },
    credentials: () => ownCredentials(process.env),
    now: clock.now,
    timeOutMs: ADMINISTERING_MS,
  })
})

/** Answers everything that comes over HTTP; what changes keys and tenants, through `administer`. */
export const handler = administeredElsewhere({
  handler: createUrlHandler({
    fetch: app.fetch,
    measured: (answer) => measured(answer, services.audit, services.budgets, limiter),
  }),
  isAdministration,
  async administer(event) {
    const reply = await (await administer())<Reply>(event)
    // Whoever changed something sees it at once, and others within seconds, as on one machine.
    services.forgetSettings()
    return reply
  },
  enter: doorWith(process.env.NONIUS_DOOR_SECRET),
  log,
})
