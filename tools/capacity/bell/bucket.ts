/** A bucket is filled at a rate, and refuses what it has not. */
export interface Bucket {
  /** Takes so much of it, or nothing. @returns whether it had as much */
  take(amount: number): boolean
}

/**
 * Makes the bucket of a limit that a service counts.
 * @param now gives milliseconds
 * @param perSecond the limit
 * @param holds so much is saved up where less is used; it is full at first
 */
export function createBucket(now: () => number, perSecond: number, holds = perSecond): Bucket {
  let level = holds
  let filled = now()
  return {
    take(amount) {
      level = Math.min(holds, level + ((now() - filled) * perSecond) / 1000)
      filled = now()
      if (level < amount) return false
      level -= amount
      return true
    },
  }
}
