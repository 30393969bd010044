/** A native event may be sent with these members; anything else is stored in `raw`. */
export interface NativeEvent {
  event_type: string
  /** ISO 8601, or the time since 1970 in seconds or milliseconds. Default: when it arrived. */
  timestamp?: string | number
  user_id?: string | number
  /** The application that reports it. */
  source?: string
  session_id?: string | number
  /** Makes a resend recognisable; `id` is read too. Default: derived from the content. */
  event_id?: string | number
  properties?: Record<string, unknown>
}

/** The limit is that of a type or an action in Caliper (1.1, Appendix G). */
export const MAX_TYPE_LENGTH = 256

// Seconds reach this number in the year 5138, milliseconds reached it in March 1973.
const FIRST_MILLISECONDS = 100_000_000_000

/** @returns milliseconds since 1970 of a number that may be seconds */
export function epochMs(time: number): number {
  return Math.abs(time) < FIRST_MILLISECONDS ? Math.round(time * 1000) : Math.round(time)
}
