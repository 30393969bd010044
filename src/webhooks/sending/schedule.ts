const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/**
 * The pauses after each failed attempt follow the example schedule of Standard Webhooks
 * ("Deliverability and reliability"), with 30 s added for a receiver that is being restarted. There
 * are eleven attempts in all, over a little more than three days, so that a weekend's outage loses
 * nothing.
 */
const pauses = [
  5 * SECOND,
  30 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]

export const maxAttempts = pauses.length + 1

// A pause is up to a fifth longer, at random, so that deliveries that failed together are not tried
// again together.
const JITTER = 0.2

// Beyond the longest pause of the schedule a Retry-After is not a request to wait but a mistake.
const MAX_RETRY_AFTER = 24 * HOUR

/** Returns the pause in milliseconds; undefined when `failures` attempts were enough. */
export function pauseAfter(failures: number, random = Math.random()): number | undefined {
  const pause = pauses[failures - 1]
  return pause === undefined ? undefined : Math.round(pause * (1 + JITTER * random))
}

/**
 * Reads `Retry-After`, a number of seconds or an HTTP date (RFC 9110, section 10.2.3).
 * @returns milliseconds from `now`, at most a day; 0 when there is nothing to wait for
 */
export function retryAfterMs(value: string | undefined, now: Date): number {
  if (value === undefined) return 0
  const wait = /^\d+$/.test(value) ? Number(value) * SECOND : Date.parse(value) - now.getTime()
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER)
}
