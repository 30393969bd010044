/** A histogram counts values by bounds, as Prometheus has it. */
export interface Histogram {
  add(value: number): void
  /** Counts the values up to each bound, the larger bounds including the smaller. */
  buckets(): { le: number; count: number }[]
  count(): number
  sum(): number
}

/** @param bounds inclusive, ascending; values beyond the last are counted in `count` alone */
export function createHistogram(bounds: readonly number[]): Histogram {
  const counts = bounds.map(() => 0)
  let count = 0
  let sum = 0
  return {
    add(value) {
      count += 1
      sum += value
      const place = bounds.findIndex((bound) => value <= bound)
      if (place >= 0) counts[place]! += 1
    },
    buckets() {
      let before = 0
      return bounds.map((le, place) => {
        before += counts[place]!
        return { le, count: before }
      })
    },
    count: () => count,
    sum: () => sum,
  }
}
