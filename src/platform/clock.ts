/** The clock is a port: code that waits or stamps takes one, so that tests can turn it. */
export interface Clock {
  /**
   * Reads the wall clock, for stamps and what is compared with one. People and NTP set it, also
   * back.
   */
  now(): Date
  /**
   * Reads milliseconds that only ever grow, from some beginning, to tell how long ago something
   * was.
   */
  monotonic(): number
}

export const systemClock: Clock = { now: () => new Date(), monotonic: createMonotonic() }

/**
 * The system's monotonic clock stands still while a machine sleeps or a function is frozen (Linux,
 * clock_gettime(2), CLOCK_MONOTONIC): the time by which the wall clock went ahead of it counts too,
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

// A wrong clock may go unnoticed for this long without anything being deleted for it.
const AGREED_MS = 60 * 60 * 1000

/**
 * Finds the time that two looks at the wall clock, an hour apart, agree has come; data are deleted
 * for their age by it. A clock that is set a month ahead and back again must not cost stored data.
 * @returns a function to ask as often as one likes: the same value for an hour, undefined in the first
 */
export function createAgreedTime(clock: Clock): () => Date | undefined {
  let looked: { at: number; wall: number } | undefined
  let agreed: Date | undefined
  return function agreedTime() {
    const at = clock.monotonic()
    if (looked !== undefined && at - looked.at < AGREED_MS) return agreed
    const wall = clock.now().getTime()
    if (looked !== undefined) agreed = new Date(Math.min(looked.wall, wall))
    looked = { at, wall }
    return agreed
  }
}
