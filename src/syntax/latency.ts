// Four buckets to a doubling tell times apart to within a fifth.
const BUCKETS_PER_DOUBLING = 4

/** Numbers the bucket in which an attempt of so many milliseconds is counted. */
export function bucketOf(latencyMs: number): number {
  return Math.ceil(Math.log2(Math.max(latencyMs, 1)) * BUCKETS_PER_DOUBLING)
}

/** Returns the longest time that a bucket counts, ms. */
export function upperBoundOf(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_DOUBLING)
}

/**
 * Finds a percentile of what buckets count, as the upper bound of the bucket in which it lies.
 * @param share 0.95 for the 95th percentile
 * @returns milliseconds; undefined when nothing was counted
 */
export function percentileOf(
  buckets: Readonly<Record<number, number>>,
  share: number,
): number | undefined {
  const counted = Object.entries(buckets)
    .map(([bucket, count]) => [Number(bucket), count] as const)
    .sort(([a], [b]) => a - b)
  const all = counted.reduce((sum, [, count]) => sum + count, 0)
  let seen = 0
  for (const [bucket, count] of counted) {
    seen += count
    if (seen >= all * share) return upperBoundOf(bucket)
  }
  return undefined
}
