import { Resource } from 'sst'
import { rememberTenants } from '../src/access/keys/tenants'
import { readConfig } from '../src/config/read-config'
import { createGuard } from '../src/outbound/guard'
import { openDelivering } from '../src/platform/aws/handing-on'
import { createDeliverHandler } from '../src/platform/aws/lambda/deliver-handler'
import { systemClock as clock } from '../src/platform/clock'
import { createHidden } from '../src/query/hidden'
import { createLog } from '../src/telemetry/log'
import { replaysByMessages } from '../src/webhooks/replays/by-messages'
import { createDeliver } from '../src/webhooks/sending/deliver'
import { createPlaceOf } from '../src/webhooks/sending/place-of'
import { createSend } from '../src/webhooks/sending/send'
import { createRefuseTarget } from '../src/webhooks/target/target'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const platform = openDelivering(Resource.Nonius, { clock })
const send = createSend({ guard: createGuard({ allowPrivate: config.allowPrivateWebhooks }) })
const findTenant = rememberTenants({ ...platform, clock })
const refuseTarget = createRefuseTarget({ findTenant })

const { tenants } = platform.registry
const { before: hiddenBefore } = createHidden({ tenants, findTenant, clock })
const { hotTtlDays } = config
const carryOn = replaysByMessages(platform, { hotTtlDays, hiddenBefore, clock, log })

/** Sends the webhooks whose messages rang, and carries replays on whose messages came. */
export const handler = createDeliverHandler({
  deliveries: platform.deliveries,
  carryOn,
  placeOf: createPlaceOf({ ...platform, clock }),
  deliver: createDeliver({ ...platform, send, refuseTarget, clock, log }),
  log,
})
