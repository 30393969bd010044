import { Resource } from 'sst'
import { createIdentity } from '../src/access/identity'
import { rememberTenants } from '../src/access/keys/tenants'
import { consumersOf } from '../src/changes/consumers'
import { readConfig } from '../src/config/read-config'
import { createStreamHandler } from '../src/platform/aws/change-feed'
import { openFeeding } from '../src/platform/aws/handing-on'
import { createLiveConsumer } from '../src/platform/aws/live/consumer'
import { systemClock as clock } from '../src/platform/clock'
import { createHidden } from '../src/query/hidden'
import { postingLazily } from '../src/realtime/posting/lazily'
import { createLog } from '../src/telemetry/log'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const platform = openFeeding(Resource.Nonius, { clock })
const { registry } = platform

/** Posts to subscribers whose connections API Gateway holds; most deployments have none. */
const fanOut = postingLazily(async () => {
  const [{ openHeldConnections }, { createPosting }] = await Promise.all([
    import('../src/platform/aws/held-connections'),
    import('../src/realtime/posting/post'),
  ])
  const findTenant = rememberTenants({ registry, clock })
  return createPosting({
    ...(await openHeldConnections(Resource.Nonius, { clock, log })),
    isCurrent: createIdentity({ registry, clock }).isCurrent,
    hidden: createHidden({ tenants: registry.tenants, findTenant, clock }),
    ...{ clock, log },
  })
}, log)

/** Hands stored events on: to the lake, to webhooks, to live readers. */
export const handler = createStreamHandler({
  ...platform,
  log,
  consumers: [
    ...consumersOf({ ...platform, ...config, clock, log }),
    createLiveConsumer({ ...platform, fanOut }),
  ],
})
