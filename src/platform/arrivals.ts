import type { ArrivalCounts, Arrivals } from './source-activity'

export function emptyCounts(): ArrivalCounts {
  return { accepted: 0, duplicates: 0, quarantined: 0, refused: 0, reasons: {} }
}

export function emptyArrivals(): Arrivals {
  return { ...emptyCounts(), lags: {} }
}

export function addArrivals(sum: Arrivals, more: Partial<Arrivals>): void {
  addCounts(sum, more)
  addEach(sum.lags, more.lags)
}

/** Reasons are codes of a closed list and steps of lag some three hundred, so that no sum grows. */
export function addCounts(sum: ArrivalCounts, more: Partial<ArrivalCounts>): void {
  sum.accepted += more.accepted ?? 0
  sum.duplicates += more.duplicates ?? 0
  sum.quarantined += more.quarantined ?? 0
  sum.refused += more.refused ?? 0
  addEach(sum.reasons, more.reasons)
}

function addEach(sum: Record<string, number>, more: Record<string, number> | undefined) {
  for (const name in more) sum[name] = (sum[name] ?? 0) + more[name]!
}

/** Tells whether something arrived: a key that was only used to read brings nothing. */
export function isSomething(arrivals: Partial<ArrivalCounts>): boolean {
  const { accepted = 0, duplicates = 0, quarantined = 0, refused = 0 } = arrivals
  return accepted + duplicates + quarantined + refused > 0
}

/** Returns the later of two times. */
export function later<Time extends string | undefined>(one: Time, other: Time): Time {
  if (one === undefined || other === undefined) return one ?? other
  return one > other ? one : other
}

// Four steps double a lag, so that a step is within a fifth of it, and forty years are 160 steps.
const STEPS_PER_DOUBLING = 4
const LAST_STEP = 160

/** Returns the step of a lag in milliseconds; a clock that is ahead gives a negative one. */
export function lagStep(ms: number): number {
  const size = Math.abs(ms)
  const step = size < 1 ? 0 : Math.floor(STEPS_PER_DOUBLING * Math.log2(size)) + 1
  return Math.sign(ms) * Math.min(step, LAST_STEP) || 0
}

/** Returns the seconds that a step stands for: the middle of it. */
function lagOf(step: number): number {
  if (step === 0) return 0
  const ms = 2 ** ((Math.abs(step) - 0.5) / STEPS_PER_DOUBLING)
  return Math.sign(step) * Number((ms / 1000).toPrecision(2))
}

/** A lag is in seconds, to within a tenth of itself; negative where the sender's clock is ahead. */
export interface Lag {
  medianSeconds: number
  maxSeconds: number
}

/** @returns undefined when nothing was counted */
export function lagIn(lags: Record<string, number>): Lag | undefined {
  const steps = Object.entries(lags)
    .map(([step, count]) => ({ step: Number(step), count }))
    .sort((a, b) => a.step - b.step)
  const total = steps.reduce((sum, { count }) => sum + count, 0)
  if (total === 0) return undefined
  let before = 0
  const median = steps.find(({ count }) => {
    before += count
    return before * 2 >= total
  })
  return { medianSeconds: lagOf(median!.step), maxSeconds: lagOf(steps.at(-1)!.step) }
}
