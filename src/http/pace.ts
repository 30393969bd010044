import { AppError } from '../error/app-error'

/** How slowly a body may come. */
export interface Pace {
  /** All of it, at most. */
  wholeMs: number
}

// A body of 6 MB has six and a half minutes by this rate; 128 kbit/s is less than any line that events
// are sent over in earnest.
const BYTES_PER_SECOND = 16 * 1024
// Before the rate counts: a phone in a tunnel goes on after some seconds.
const GRACE_MS = 20_000
// Without a single byte.
const SILENCE_MS = 15_000

export interface BodyWatch {
  /**
   * Waits for `reading`, and gives what it gives.
   * @param bytes that have come so far, or will have come with it
   * @throws {AppError} `timeout`; `invalid_request` when the connection ends first
   */
  inTime<T>(reading: Promise<T>, bytes: number): Promise<T>
  /** Waits for something that is not the sender's fault: the clock stands still. */
  paused<T>(waiting: Promise<T>): Promise<T>
}

/** Watches over one body from now on. */
export function watchBody({ wholeMs }: Pace): BodyWatch {
  let began = performance.now()

  return {
    async inTime(reading, bytes) {
      const allowed = Math.min(wholeMs, GRACE_MS + (bytes / BYTES_PER_SECOND) * 1000)
      const left = allowed - (performance.now() - began)
      return withTimer(reading, Math.min(left, SILENCE_MS))
    },

    async paused(waiting) {
      const from = performance.now()
      try {
        return await waiting
      } finally {
        began += performance.now() - from
      }
    },
  }
}

/** A short body, which need not be watched on its way. */
export function inTime<T>(reading: Promise<T>, bytes: number, { wholeMs }: Pace): Promise<T> {
  return withTimer(reading, Math.min(wholeMs, GRACE_MS + (bytes / BYTES_PER_SECOND) * 1000))
}

async function withTimer<T>(reading: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(tooSlow()), Math.max(0, ms))
  try {
    return await Promise.race([reading, late.promise])
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('invalid_request', 'The connection ended before the body did.', { cause })
  } finally {
    clearTimeout(timer)
  }
}

function tooSlow(): AppError {
  return new AppError('timeout', 'The body came too slowly, or not at all.')
}
