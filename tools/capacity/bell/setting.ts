import { BELL_FACTOR, peakFactor } from '../day'

/** A bell is rung for a deployment under these limits. */
export interface BellSetting {
  /** The rate is the mean of the day, in events a second. */
  eps: number
  /** A request has so many events. */
  batch: number
  /** The account may have so many executions at a time. */
  concurrency: number
  /** Other functions than `api` take so many of them. */
  others: number
  /** The table takes so many write units a second. */
  tableWrites: number
  /** An event takes so many of them. */
  writesPerEvent: number
  /** The largest tenant sends this share of all events, 0 to 1. */
  largestTenant: number
  /** S3 answers in so many ms. */
  s3Ms: number
  /** So many partitions S3 has made of the lanes of spilled requests, 1 to `LANES`. */
  spillPartitions: number
}

/** Returns the requests a second before the bell, and while it rings. */
export function bellRates({ eps, batch }: Pick<BellSetting, 'eps' | 'batch'>) {
  const bell = (eps * peakFactor) / batch
  return { before: bell / BELL_FACTOR, bell }
}

// As many as a machine simulates in seconds, and enough that chance shows as little as it would.
const MOST_REQUESTS = 10_000

/**
 * Returns a part of a deployment in which all limits and rates are as much smaller: of ten times the
 * rate, a tenth is simulated.
 * @returns `parts` of which the whole consists
 */
export function partOf(setting: BellSetting): BellSetting & { parts: number } {
  const parts = Math.max(1, bellRates(setting).bell / MOST_REQUESTS)
  return {
    ...setting,
    parts,
    eps: setting.eps / parts,
    concurrency: setting.concurrency / parts,
    others: setting.others / parts,
    tableWrites: setting.tableWrites / parts,
  }
}
