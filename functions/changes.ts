import { Resource } from 'sst'
import { consumersOf } from '../src/changes/consumers'
import { readConfig } from '../src/config/read-config'
import { createStreamHandler } from '../src/platform/aws/change-feed'
import { openFeeding } from '../src/platform/aws/handing-on'
import { systemClock as clock } from '../src/platform/clock'
import { createReducing } from '../src/reducers/reducing'
import { createLog } from '../src/telemetry/log'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const platform = openFeeding(Resource.Nonius, { clock })
// The bundle has the thread beside this module, with the operator's reducers in it (`infra/bundle.ts`).
const workerAt = new URL('./reducing.mjs', import.meta.url)
/** Also `sweep` reduces: what a batch that failed brings, and what states are built from anew. */
export const reducing =
  config.reducers === 'off'
    ? undefined
    : createReducing({
        ...{ ...platform, workerAt, clock, log },
        onDemand: config.reducers === 'on-demand' ? platform.registry.tenants : undefined,
      })

/** Hands stored events on: to the lake, to webhooks. */
export const handler = createStreamHandler({
  ...platform,
  log,
  consumers: consumersOf({ ...platform, ...config, clock, log, reducing }),
})
