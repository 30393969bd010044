import type { Context, DynamoDBStreamEvent } from 'aws-lambda'
import { Resource } from 'sst'
import { createIdentity } from '../src/access/identity'
import { rememberTenants } from '../src/access/keys/tenants'
import { readConfig } from '../src/config/read-config'
import { createStreamHandler } from '../src/platform/aws/change-feed'
import { apartFromProbes } from '../src/platform/aws/change-feed/probes'
import { createTimeLeft } from '../src/platform/aws/lambda/time-left'
import { createLiveConsumer } from '../src/platform/aws/live/consumer'
import { openLiveWriting } from '../src/platform/aws/live-writing'
import { systemClock as clock } from '../src/platform/clock'
import { createHidden } from '../src/query/hidden'
import { postingLazily } from '../src/realtime/posting/lazily'
import { createLog } from '../src/telemetry/log'
import { createGauges } from '../src/telemetry/metrics'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const platform = openLiveWriting(Resource.Nonius, { clock })
const timeLeft = createTimeLeft()

/** Posts to subscribers whose connections API Gateway holds; most deployments have none. */
const fanOut = postingLazily(async () => {
  const [{ openHeldConnections }, { createPosting }] = await Promise.all([
    import('../src/platform/aws/held-connections'),
    import('../src/realtime/posting/post'),
  ])
  const { registry } = platform
  const findTenant = rememberTenants({ registry, clock })
  return createPosting({
    ...(await openHeldConnections(Resource.Nonius, { clock, log })),
    isCurrent: createIdentity({ registry, clock }).isCurrent,
    hidden: createHidden({ tenants: registry.tenants, findTenant, clock }),
    leftMs: timeLeft.ms,
    ...{ clock, log },
  })
}, log)

const handle = createStreamHandler({
  ...platform,
  ...{ clock, log, leftMs: timeLeft.ms },
  consumers: [createLiveConsumer({ ...platform, fanOut })],
})

const follow = (event: DynamoDBStreamEvent, context?: Context) =>
  timeLeft.during(context, () => handle(event))
const gauges = createGauges(Resource.App)

/** Tells live readers what was stored. */
export const handler = apartFromProbes(follow, {
  clock,
  tell: (seconds) => gauges.report('LiveProbeSeconds', seconds),
})

/** Does so for a batch that was given up, whose probes tell nothing of the stream. */
export const followLate = apartFromProbes(follow)
