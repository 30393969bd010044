import type { DynamoDBStreamEvent } from 'aws-lambda'
import { Resource } from 'sst'
import { rememberTenants } from '../src/access/keys/tenants'
import { readConfig } from '../src/config/read-config'
import { governanceLater } from '../src/governance/later'
import { drainLane } from '../src/ingest/drain-lane'
import { RUN_MS } from '../src/ingest/draining'
import { openServing } from '../src/platform/aws'
import { FAILED_RECORDS } from '../src/platform/aws/change-feed/set-aside'
import { isDueAgain } from '../src/platform/aws/draining/due'
import { openDrainQueue, openPuttingBack } from '../src/platform/aws/draining/open'
import { putBackUnconverted } from '../src/platform/aws/draining/unconverted'
import { createDrainHandler } from '../src/platform/aws/lambda/drain-handler'
import { replayFailedBatches } from '../src/platform/aws/lambda/failed-batches'
import { systemClock as clock } from '../src/platform/clock'
import { createLog } from '../src/telemetry/log'
import { again, handOn } from './changes'
import { followLate } from './follow'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const { spill: blobs, ...platform } = openServing(Resource.Nonius, {
  clock,
  log,
  defaultXapi: config.xapi,
})
const findTenant = rememberTenants({ ...platform, clock })
// Requests that were spilled by a version before policies were governed by nobody.
const { governance } = governanceLater(platform, { clock, environment: config.environment })

const { NONIUS_CHANGES_ARN: changesArn = 'changes', NONIUS_FOLLOW_ARN: followArn = 'follow' } =
  process.env

const puttingBack = openPuttingBack(Resource.Nonius)

const untilEnd = () => new Date(clock.now().getTime() + RUN_MS)

/** Takes up what was put aside, a lane, a shard or a class at a time: `sweep` finds what there is. */
export const handler = createDrainHandler({
  queue: openDrainQueue(Resource.Nonius),

  async drainLane(lane) {
    const needs = { ...platform, findTenant, governance, blobs, config, clock, log }
    try {
      const { stored: done, isCut } = await drainLane(needs, lane, RUN_MS)
      return { done, isCut }
    } finally {
      // The counts are written before the call ends: after it a sandbox may be frozen, or ended.
      const { conformance, activity } = platform
      await Promise.all([conformance, activity].map((counts) => counts.settle()))
    }
  },

  async replayBatches(prefix, context) {
    const handlers = new Map([
      [changesArn, (event: DynamoDBStreamEvent) => handOn(event, context)],
      [followArn, (event: DynamoDBStreamEvent) => followLate(event)],
    ])
    const needs = { blobs, handlers, prefix, until: untilEnd(), now: clock.now, log }
    const { handled: done, isCut } = await replayFailedBatches(needs)
    return { done, isCut }
  },

  async retryChanges(context) {
    const { handled: done, isCut } = await replayFailedBatches({
      ...{ blobs, prefix: FAILED_RECORDS, until: untilEnd(), now: clock.now, log },
      // A change that still fails is told, and stays: `handOn` would set it aside in its own place, to be deleted there.
      handlers: new Map([[changesArn, (event) => again(event, context)]]),
      isDue: (entry) => isDueAgain(entry, clock.now()),
    })
    return { done, isCut }
  },

  putBack: (retentionClass) =>
    putBackUnconverted(
      { ...puttingBack, blobs, until: untilEnd(), now: clock.now, log },
      retentionClass,
    ),
  log,
})
