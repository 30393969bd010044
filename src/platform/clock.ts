/** What time it is, as a port: code that waits or stamps takes one, so that tests can turn it. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
