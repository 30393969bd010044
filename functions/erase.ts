import { Resource } from 'sst'
import { readConfig } from '../src/config/read-config'
import { openErasing } from '../src/platform/aws/erasing'
import { systemClock as clock } from '../src/platform/clock'
import { createServices } from '../src/services'
import { createLog } from '../src/telemetry/log'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const platform = openErasing(Resource.Nonius, { clock, log, defaultXapi: config.xapi })
const services = createServices(platform, { config, clock, log })

// Lambda ends it after fifteen minutes, and a step, a gigabyte of a table, takes one or two.
const RUN_MS = 10 * 60_000

/** Carries on the erasures that were asked for, step by step, as far as there is time: the next call goes on. */
export async function handler(): Promise<void> {
  await services.erasures.carryOn(RUN_MS)
  await services.audit.settle()
  await Promise.all([platform.conformance, platform.activity].map((counts) => counts.settle()))
}
