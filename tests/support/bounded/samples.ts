/** One thing that was measured. */
export interface Sample {
  /** By `performance.now()`: when it began. */
  at: number
  /** How long it took, in milliseconds. */
  ms: number
}

/** Of numbers in any order; NaN of none. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const msOf = (samples: readonly Sample[]) => samples.map(({ ms }) => ms)

export function between<T extends { at: number }>(samples: readonly T[], from: number, to: number) {
  return samples.filter(({ at }) => at >= from && at < to)
}
