import type { DynamoDBStreamEvent } from 'aws-lambda'
import { Resource } from 'sst'
import { rememberTenants } from '../src/access/keys/tenants'
import { readConfig } from '../src/config/read-config'
import { sweepSpill } from '../src/ingest/sweep-spill'
import { openServing } from '../src/platform/aws'
import { replayFailedBatches } from '../src/platform/aws/lambda/failed-batches'
import { systemClock as clock } from '../src/platform/clock'
import { createAccess } from '../src/privacy/access/access'
import { forget } from '../src/privacy/retention/forget'
import { keptDaysOf } from '../src/privacy/retention/kept-days'
import { createLog } from '../src/telemetry/log'
import { handler as handOn } from './changes'
import { handler as follow } from './follow'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const { spill: blobs, ...platform } = openServing(Resource.Nonius, {
  clock,
  log,
  defaultXapi: config.xapi,
})

const access = createAccess({ platform: { ...platform, spill: blobs }, clock, log })

const findTenant = rememberTenants({ ...platform, clock })

const { NONIUS_CHANGES_ARN: changesArn = 'changes', NONIUS_FOLLOW_ARN: followArn = 'follow' } =
  process.env
const handlers = new Map([
  [changesArn, handOn],
  [followArn, (event: DynamoDBStreamEvent) => follow(event)],
])

// It is called every five minutes, and two at a time would only do the same work twice.
const RUN_MS = 4 * 60_000
const CALLED_EVERY_MIN = 5
// Once a day, while schools sleep in Europe and America alike.
const FORGET_HOUR = 7
// A run takes as many requests as fit in half of it when each takes twenty milliseconds.
const REQUESTS = 6000

/**
 * Takes up again the work that had to wait: requests that were spilled, access requests, batches that
 * Lambda gave up. Once a day it forgets what is old.
 */
export async function handler(): Promise<void> {
  const until = new Date(clock.now().getTime() + RUN_MS)
  const bounds = { limit: REQUESTS, maxMs: RUN_MS / 2 }
  await sweepSpill({ ...platform, findTenant, blobs, config, clock, log }, bounds)
  const tenants = await platform.registry.tenants.list()
  const tenantIds = tenants.map(({ tenantId }) => tenantId)
  await access.carryOn(tenantIds, RUN_MS / 4)
  await replayFailedBatches({ blobs, handlers, until, now: clock.now, log })
  if (clock.now().getUTCHours() === FORGET_HOUR && clock.now().getUTCMinutes() < CALLED_EVERY_MIN) {
    const forgetful = { ...platform, blobs: undefined }
    const keptDays = keptDaysOf({ ...platform, clock })
    const needs = { platform: forgetful, access, keptDays, config, clock, log }
    await forget(needs, clock.now(), RUN_MS / 4)
  }
  const { conformance, activity } = platform
  await Promise.all([conformance, activity].map((counts) => counts.settle()))
}
