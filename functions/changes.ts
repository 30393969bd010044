import type { Context, DynamoDBStreamEvent } from 'aws-lambda'
import { Resource } from 'sst'
import { consumersOf } from '../src/changes/consumers'
import { readConfig } from '../src/config/read-config'
import { createStreamHandler } from '../src/platform/aws/change-feed'
import { apartFromProbes } from '../src/platform/aws/change-feed/probes'
import { openFeeding } from '../src/platform/aws/handing-on'
import { createTimeLeft } from '../src/platform/aws/lambda/time-left'
import { systemClock as clock } from '../src/platform/clock'
import { createReducing } from '../src/reducers/reducing'
import { createLog } from '../src/telemetry/log'
import { createGauges } from '../src/telemetry/metrics'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const timeLeft = createTimeLeft()
const platform = openFeeding(Resource.Nonius, { clock, leftMs: timeLeft.ms })
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

const gauges = createGauges(Resource.App)
const handle = createStreamHandler({
  ...platform,
  ...{ clock, log, leftMs: timeLeft.ms },
  consumers: consumersOf({ ...platform, ...config, clock, log, reducing }),
})

const within = (event: DynamoDBStreamEvent, context?: Partial<Context>) =>
  timeLeft.during(context, () => handle(event))

/** Hands stored events on: to the lake, to webhooks. */
export const handler = apartFromProbes(within, {
  clock,
  tell: (seconds) => gauges.report('FeedProbeSeconds', seconds),
})

/** Does so for a batch that was given up, whose probes tell nothing of the stream. */
export const handOn = apartFromProbes(within)

/** Does so for what was set aside: what fails again is told, and stays where it is. */
export const again = apartFromProbes((event, context?: Partial<Context>) =>
  timeLeft.during(context, () => handle(event, { setsAside: false })),
)
