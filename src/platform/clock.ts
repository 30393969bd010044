/** What time it is, as a port: code that waits or stamps takes one, so that tests can turn it. */
export interface Clock {
  /** The wall clock: for what is stamped or compared with a stamp. People and NTP set it, also back. */
  now(): Date
  /** Milliseconds that only ever grow, from some beginning: for how long ago something was. */
  monotonic(): number
}

export const systemClock: Clock = { now: () => new Date(), monotonic: createMonotonic() }

/**
 * The system's monotonic clock stands still while a machine sleeps or a function is frozen (Linux,
 * clock_gettime(2), CLOCK_MONOTONIC): whatever the wall clock went ahead of it in between counts too,
 * so that nothing is remembered for longer than it may be.
 */
export function createMonotonic(
  steady: () => number = () => performance.now(),
  wall: () => number = Date.now,
): () => number {
  let elapsed = 0
  let last = { steady: steady(), wall: wall() }
  return function monotonic() {
    const now = { steady: steady(), wall: wall() }
    elapsed += Math.max(now.steady - last.steady, now.wall - last.wall, 0)
    last = now
    return elapsed
  }
}
