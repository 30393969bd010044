import { Resource } from 'sst'
import { rememberTenants } from '../src/access/keys/tenants'
import { auditLater } from '../src/audit/later'
import { readConfig } from '../src/config/read-config'
import { createExports } from '../src/exports/exports'
import { governanceLater } from '../src/governance/later'
import { LANES, SPILL_PREFIX } from '../src/ingest/draining'
import { createClosing } from '../src/merkle/roots/closing'
import { createPostSink } from '../src/merkle/roots/post'
import { lookAfter } from '../src/observer/relay/look-after'
import { createGuard } from '../src/outbound/guard'
import { openServing } from '../src/platform/aws'
import { FAILED_CHANGES } from '../src/platform/aws/change-feed/set-aside'
import { MAX_MESSAGE_BYTES } from '../src/platform/aws/connections'
import { handOut } from '../src/platform/aws/draining/hand-out'
import { openDrainQueue, openLines } from '../src/platform/aws/draining/open'
import { UNCONVERTED } from '../src/platform/aws/draining/unconverted'
import { openProbing } from '../src/platform/aws/handing-on'
import { FAILED_BATCHES } from '../src/platform/aws/lambda/failed-batches'
import { openBucketSink } from '../src/platform/aws/root-bucket'
import { systemClock as clock } from '../src/platform/clock'
import { createAccess } from '../src/privacy/access/access'
import { redactLater as makeRedact } from '../src/privacy/access/redact-later'
import { forget } from '../src/privacy/retention/forget'
import { createHidden } from '../src/query/hidden'
import { createLog } from '../src/telemetry/log'
import { createGauges } from '../src/telemetry/metrics'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const { spill: blobs, ...platform } = openServing(Resource.Nonius, {
  clock,
  log,
  defaultXapi: config.xapi,
})

const access = createAccess({ platform: { ...platform, spill: blobs }, clock, log })
const gauges = createGauges(Resource.App)
const probes = openProbing(Resource.Nonius, { clock })

const findTenant = rememberTenants({ ...platform, clock })
const hidden = createHidden({ ...platform, ...platform.registry, findTenant, clock })
const exports = createExports({
  ...{ platform: { ...platform, spill: blobs }, hidden, makeRedact, clock, log },
})
const { policies } = governanceLater(platform, { clock, environment: config.environment })
const audit = auditLater({ ...platform, config, clock, log })

// A place is named by whoever deploys: their own network may be called.
const guard = createGuard({ allowPrivate: true })
const sinks = (config.rootsTo ?? []).map((place) => {
  if (place.kind === 'bucket') return openBucketSink(place)
  if (place.kind === 'post') return createPostSink(place.url, guard)
  throw new Error('Roots can be written to no file here: name a bucket.')
})
const close = createClosing({ ...platform, key: config.rootsKey, sinks, log })

const waiting = { blobs, lake: openLines(Resource.Nonius), queue: openDrainQueue(Resource.Nonius) }
const places = {
  ...{ spill: SPILL_PREFIX, lanes: LANES },
  ...{ batches: FAILED_BATCHES, changes: FAILED_CHANGES, unconverted: UNCONVERTED },
}

/** Looks after streams of Learning Observer's clients: mostly, there is nothing to be done, and nothing is opened. */
async function lookAfterStreams(tenantIds: readonly string[]) {
  const end = clock.now().getTime() + RUN_MS / 8
  const leftMs = () => end - clock.now().getTime()
  let opened: ReturnType<typeof openRelay> | undefined
  function relay() {
    opened ??= openRelay(leftMs)
    return opened
  }
  const { documents } = platform
  for (const tenantId of tenantIds) {
    await lookAfter({ documents, relay, clock, log }, tenantId, () => leftMs() > 0)
  }
}

async function openRelay(leftMs: () => number) {
  const [{ createServices }, { performOf }, { createStreamRelay }, { openConnections }] =
    await Promise.all([
      import('../src/services'),
      import('../src/realtime/performing'),
      import('../src/realtime/relayed/observer'),
      import('../src/platform/aws/open-connections'),
    ])
  const services = createServices({ ...platform, spill: blobs }, { config, clock, log })
  const { connections } = openConnections(Resource.Nonius, { clock })
  return createStreamRelay({
    ...{ ...services, documents: platform.documents, connections },
    ...{ perform: performOf(services), maxMessageBytes: MAX_MESSAGE_BYTES, leftMs, log },
  })
}

// It is called every five minutes, and two at a time would only do the same work twice.
const RUN_MS = 4 * 60_000
const CALLED_EVERY_MIN = 5
// Once a day, while schools sleep in Europe and America alike.
const FORGET_HOUR = 7

/**
 * Takes up again the work that had to wait: streams of which nothing more is heard, access requests, exports. It hands
 * out what was put aside to `drain`, closes hours of the log, and publishes their roots. Once a day it forgets what is old.
 */
export async function handler(): Promise<void> {
  const until = new Date(clock.now().getTime() + RUN_MS)
  await probeStream()
  await drawSecret()
  await handOutWaiting()
  const tenants = await platform.registry.tenants.list()
  const tenantIds = tenants.map(({ tenantId }) => tenantId)
  await lookAfterStreams(tenantIds)
  await access.carryOn(tenantIds, RUN_MS / 4)
  await closeLog(tenantIds)
  if (clock.now().getUTCHours() === FORGET_HOUR && clock.now().getUTCMinutes() < CALLED_EVERY_MIN) {
    const forgetful = { ...platform, blobs: undefined }
    const keptDays = async (tenantId: string) =>
      (await policies.inForce(tenantId)).policy.retentionDays
    const needs = { platform: forgetful, access, exports, audit, config, keptDays, clock, log }
    await forget(needs, clock.now(), RUN_MS / 4)
  }
  // They have what is left of the run, which is most of it.
  const leftMs = until.getTime() - clock.now().getTime()
  if (leftMs > 0) await exports.carryOn(tenantIds, leftMs)
  const { conformance, activity } = platform
  await Promise.all([conformance, activity].map((counts) => counts.settle()))
}

/**
 * Sends a probe through the stream: a follower that is not heard of has stopped. A failure holds up nothing else.
 */
async function probeStream() {
  try {
    await probes.write()
  } catch (error) {
    log.error('the stream was not probed; the next run does', { reason: (error as Error).message })
  }
}

/** Draws the root secret where there is none yet: nothing that answers requests may write it. */
async function drawSecret() {
  try {
    await platform.box()
  } catch (error) {
    log.error('the root secret cannot be opened; the next run tries again', {
      reason: (error as Error).message,
    })
  }
}

/**
 * Hands out what was put aside, and reports how much it is and since when: no rule of a bucket removes what lies there.
 * A failure holds up nothing else; it is heard, since nothing is reported then.
 */
async function handOutWaiting() {
  try {
    const { count, seconds } = await handOut({ ...waiting, ...places, now: clock.now() })
    gauges.report('PutAsideCount', count)
    gauges.report('PutAsideSeconds', seconds)
  } catch (error) {
    log.error('what waits was not handed out; the next run does', {
      reason: (error as Error).message,
    })
  }
}

/** Puts together the trees of hours that are over, and chains their roots. A failure holds up nothing else. */
async function closeLog(tenantIds: readonly string[]) {
  try {
    await platform.trees.merge(clock.monotonic() + RUN_MS / 4)
  } catch (error) {
    log.error('trees were not put together; the next run goes on', {
      reason: (error as Error).message,
    })
  }
  await close(tenantIds, clock.now())
}
