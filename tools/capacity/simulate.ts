import { DAY, shapeAt } from './day'
import { mulberry32, poisson } from './random'

export interface Simulated {
  /** The busiest second of all tenants together has so many events. */
  peakEps: number
  /** The busiest second of the largest tenant has so many events. */
  peakTenantEps: number
  /**
   * The busiest second of any one index key has so many writes, by the number of shards of a
   * tenant's key.
   */
  hottest: { shards: number; writes: number }[]
  /** The course has the busiest second of each two minutes, from midnight on. */
  course: { all: number; largestTenant: number }[]
}

/** With this step a bell's three minutes stand out, and a day is 720 points. */
export const COURSE_STEP = 120

/** An index key may have so many shards; the list shows from which number on the load fits. */
export const shardCounts = [1, 4, 8, 16, 32, 64, 128, 256] as const

interface Options {
  /** The rate is the mean over the day, in events a second. */
  eps: number
  tenants: number
  shards: readonly number[]
  /** Every so many seconds of the day, and every second of the bell at nine, are drawn. */
  step?: number
  seed?: number
}

const BELL = { from: 9 * 3600, to: 9 * 3600 + 180 }

/**
 * Draws a day of traffic at random: tenants have sizes by Zipf's law, arrivals are Poisson, each
 * event is in a shard of its tenant's key. The expectation is plain arithmetic; the draw shows the
 * spread around it that decides how many shards are enough.
 */
export function simulateDay({ eps, tenants, shards, step = 20, seed = 1 }: Options): Simulated {
  const random = mulberry32(seed)
  const shares = zipf(tenants)
  let peakEps = 0
  let peakTenantEps = 0
  const hottest = shards.map((count) => ({ shards: count, writes: 0 }))
  const course = Array.from({ length: DAY / COURSE_STEP }, () => ({ all: 0, largestTenant: 0 }))

  for (let second = 0; second < DAY; second += 1) {
    const isBell = second >= BELL.from && second < BELL.to
    if (!isBell && second % step !== 0) continue
    const rate = eps * shapeAt(second)
    const point = course[Math.floor(second / COURSE_STEP)]!
    let all = 0
    shares.forEach((share, tenant) => {
      const events = poisson(rate * share, random)
      all += events
      if (tenant > 0) return // the largest has the hottest key
      point.largestTenant = Math.max(point.largestTenant, events)
      peakTenantEps = Math.max(peakTenantEps, events)
      for (const entry of hottest) {
        entry.writes = Math.max(entry.writes, fullest(events, entry.shards, random))
      }
    })
    point.all = Math.max(point.all, all)
    peakEps = Math.max(peakEps, all)
  }
  return { peakEps, peakTenantEps, hottest, course }
}

/** Tells how many land in the fullest of `shards` boxes: one Poisson draw for each. */
function fullest(events: number, shards: number, random: () => number): number {
  if (shards === 1) return events
  let most = 0
  for (let shard = 0; shard < shards; shard += 1) {
    most = Math.max(most, poisson(events / shards, random))
  }
  return most
}

/** Returns shares that add up to 1, the n-th proportional to 1/n. */
export function zipf(count: number): number[] {
  const weights = Array.from({ length: count }, (_, n) => 1 / (n + 1))
  const total = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / total)
}
