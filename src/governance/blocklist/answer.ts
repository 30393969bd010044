import type { Blocked } from './blocklist'

/** A frame tells a client of Learning Observer that it is blocked, as its own server does. */
export interface BlockFrame {
  status: 'blocklist'
  action: Blocked['action']
  /** In milliseconds, where it is a number: its clients do not read a numeral in quotes. */
  time_limit: Blocked['timeLimit']
  message: string
}

export function blockFrame({ action, timeLimit, message }: Blocked): BlockFrame {
  return { status: 'blocklist', action, time_limit: timeLimit, message }
}

// Seconds. Learning Observer's clients wait 5 to 10 minutes, or 1 to 2 days, as they draw.
const waits = { MINUTES: 5 * 60, DAYS: 24 * 60 * 60 }

/** Tells for how many seconds a sender waits that is told so over HTTP, which has no word for ever: then, a day. */
export function secondsToWait({ timeLimit }: Pick<Blocked, 'timeLimit'>): number {
  if (timeLimit === 'PERMANENT') return waits.DAYS
  return typeof timeLimit === 'number' ? Math.ceil(timeLimit / 1000) : waits[timeLimit]
}
