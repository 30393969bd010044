import { LANES } from '../../../src/ingest/draining'
import { apiRequestMs } from '../load'
import { mulberry32, poisson } from '../random'
import { zipf } from '../simulate'
import { type Fate, sandboxesWith } from './arrivals'
import { createLambdaFunction } from './lambda'
import { type BellSetting, bellRates } from './setting'
import { createSpillBucket } from './spill-bucket'
import { createTable } from './table'
import { createVirtualTime } from './virtual-time'

/** This is what became of the requests that arrived in a second. */
export type Second = { requests: number; turnedAway: number; busiest: number } & Record<
  Fate,
  number
>

const KEPT = 1.5
// As in a day (`simulate.ts`): the largest has a fifth.
const TENANTS = 100

/**
 * Makes a deployment in virtual time: its table, its bucket, and the function that takes requests in.
 * @param remembers if false, requests wait for three seconds, as before busy stores were remembered
 */
export function createWorld(setting: BellSetting & { parts: number }, remembers = true) {
  const { batch, concurrency, others, parts, largestTenant } = setting
  const random = mulberry32(1)
  const time = createVirtualTime()
  const { now } = time
  const table = createTable(time, setting.tableWrites, setting.writesPerEvent)
  const bucket = createSpillBucket({ time, random, ...setting })
  // A request of one event lies in the lane of its learner; others in that of their source, and the
  // largest tenant has one.
  const laneOf = () => (batch > 1 && random() < largestTenant ? 0 : Math.floor(random() * LANES))
  const needs = {
    time,
    random,
    table,
    bucket,
    batch,
    remembers,
    laneOf,
    tenantOf: drawTenant(random),
  }
  const makeSandbox = sandboxesWith(needs)
  // Lambda keeps for minutes what has been needed in a moment of chance.
  const warm = Math.ceil((bellRates(setting).before * apiRequestMs(batch) * KEPT) / 1000)
  const api = createLambdaFunction({ now, concurrency, others, parts, warm, makeSandbox })

  /** Lets a second pass, in which so many requests arrive, each by itself. */
  async function second(rate: number): Promise<Second> {
    const counts = { requests: 0, turnedAway: 0, busiest: 0, stored: 0, spilled: 0, refused: 0 }
    await time.pass(1000, () => {
      for (let left = poisson(rate / 1000, random); left > 0; left -= 1) {
        counts.requests += 1
        const isServed = api.invoke(async (sandbox, isNew) => {
          counts[await sandbox.serve(isNew)] += 1
        })
        if (!isServed) counts.turnedAway += 1
      }
      counts.busiest = Math.max(counts.busiest, api.busy())
    })
    return counts
  }

  return { time, random, table, second }
}

/** Makes what draws tenants, who have shares by Zipf's law. */
function drawTenant(random: () => number): () => string {
  const shares = zipf(TENANTS)
  return () => {
    let left = random()
    const tenant = shares.findIndex((share) => {
      left -= share
      return left < 0
    })
    return String(tenant)
  }
}
