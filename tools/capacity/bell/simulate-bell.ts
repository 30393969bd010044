import { LANES, WORKERS } from '../../../src/ingest/draining'
import type { Footprint } from '../../cost/footprint'
import { BELL_FACTOR, BELL_SECONDS, peakFactor } from '../day'
import { assumed, type Load } from '../load'
import { needsOf } from '../needs'
import { quotas } from '../quotas'
import { drainBeside } from './drain'
import { ring } from './ring'
import { type BellSetting, bellRates } from './setting'
import type { Second } from './world'

export interface Bell {
  setting: BellSetting
  requestsPerSecond: { before: number; bell: number }
  /** So many requests arrive while the bell rings. */
  requests: number
  /** So many of them are answered 429 by Lambda, or 503 by us. */
  turnedAway: number
  /** So many are acknowledged, and stored later. */
  spilled: number
  /** The most that are served at a time. */
  busiest: number
  /** So many are stored later a second, beside those who send in the hour that follows. */
  drainRequestsPerSecond: number
  /** When the last of them is stored, in minutes from the end of the bell. */
  drainMinutes: number
  /** The shares of all requests, had each waited for the table for three seconds. */
  withThreeSeconds: { turnedAway: number; spilled: number }
  assertions: { what: string; holds: boolean }[]
  /** The seconds of the bell's beginning, from five before it on. */
  seconds: Second[]
}

/** Knobs of an account and of a deployment; the defaults are those of a new one. */
export interface BellOptions {
  concurrency: number
  /** The table was warmed for so many write units a second (`NONIUS_WARM_WRITES`). */
  warmWrites?: number | undefined
  spillPartitions?: number | undefined
}

// At the bell of a full hour, `sweep` has just looked, and looks again when the bell is over.
const NEXT_SWEEP_SECONDS = 300
const HOUR = 3600
const DRAINS = 1000

/** Says what the deployment is at a bell. */
export function bellSettingOf(
  load: Load,
  footprint: Footprint,
  { concurrency, warmWrites = 0, spillPartitions = LANES }: BellOptions,
): BellSetting {
  const peak = { ...load, eps: load.eps * peakFactor }
  const atWork = needsOf(peak, footprint).filter(({ part }) =>
    /^(changes|deliver|follow):/.test(part),
  )
  const others = atWork.reduce((sum, { amount }) => sum + amount, WORKERS)
  return {
    eps: load.eps,
    batch: load.batch,
    concurrency,
    others: Math.ceil(others),
    tableWrites: Math.max(warmWrites, grownTo((peak.eps / BELL_FACTOR) * footprint.tableWrites)),
    writesPerEvent: footprint.tableWrites,
    largestTenant: load.largestTenant,
    s3Ms: assumed.s3Ms,
    spillPartitions,
  }
}

/**
 * Returns what a table takes that had so many writes in the hours before: a new one its 4,000; one that had
 * to grow for those hours twice of them, up to its quota ("DynamoDB on-demand capacity mode", "Initial
 * throughput and scaling properties"). Within a bell no table grows: more than twice its former peak it takes
 * half an hour later.
 */
function grownTo(writesBefore: number): number {
  if (writesBefore <= quotas.newTableWrites.value) return quotas.newTableWrites.value
  return Math.min(quotas.tableWrites.value, 2 * writesBefore)
}

/** Rings the bell of a school day, and drains what it spilled. */
export async function simulateBell(setting: BellSetting): Promise<Bell> {
  const { before, bell } = bellRates(setting)
  const rung = await ring(setting)
  const former = await ring(setting, false)
  const { perSecond, spilledPerSecond } = await drainBeside(setting)
  const { requests, spilled, busiest, seconds } = rung
  const turnedAway = rung.turnedAway + rung.refused
  const lasts = spilled === 0 ? 0 : NEXT_SWEEP_SECONDS + spilled / (perSecond - spilledPerSecond)
  const { tableWrites, writesPerEvent, batch } = setting
  const leftByTable = tableWrites / writesPerEvent / batch - before
  const assertions = [
    { what: 'nobody is turned away', holds: turnedAway === 0 },
    {
      what: `${DRAINS} requests a second are drained, or nearly all that the table has left`,
      holds: perSecond >= Math.min(DRAINS, 0.8 * leftByTable),
    },
    {
      what: 'whoever sends meanwhile is stored at once',
      holds: spilledPerSecond <= 0.01 * before,
    },
    {
      what: 'all is drained before the next bell',
      holds: lasts >= 0 && lasts <= HOUR - BELL_SECONDS,
    },
  ]
  return {
    setting,
    requestsPerSecond: { before: Math.round(before), bell: Math.round(bell) },
    ...{ requests, turnedAway, spilled, busiest },
    drainRequestsPerSecond: perSecond,
    drainMinutes: Math.round(lasts / 60),
    withThreeSeconds: {
      turnedAway: (former.turnedAway + former.refused) / former.requests,
      spilled: former.spilled / former.requests,
    },
    assertions,
    seconds,
  }
}
