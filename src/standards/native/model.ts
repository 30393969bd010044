/**
 * A native event may be sent with these members; anything else is stored in `raw`. `docs/native.md`
 * says where each stands in the record.
 */
export interface NativeEvent {
  event_type: string
  /** Makes a resend recognisable; `id` is read too. Default: derived from the content. */
  event_id?: string | number
  id?: string | number
  /**
   * ISO 8601, to a year, month or day at the coarsest, or the time since 1970 in seconds or
   * milliseconds. Default: `client_ts`, else when it arrived.
   */
  timestamp?: string | number
  /** The time by the clock of the person's device, in the same forms. */
  client_ts?: string | number
  /** The sender's own counter. */
  seq?: number
  user_id?: string | number
  session_id?: string | number
  /** The application that reports it. */
  source?: string
  organization_id?: string | number
  question_id?: string | number
  device_info?: Record<string, unknown>
  /** Where it happened; read for what the payload does not say. */
  context?: Record<string, unknown>
  /** The payload says what happened; `properties` and `payload_json` are the same by other names. */
  payload?: Record<string, unknown>
  properties?: Record<string, unknown>
  /** An object, or JSON text of one. */
  payload_json?: Record<string, unknown> | string
  privacy_level?: 'standard' | 'sensitive' | 'pii'
  retention_days?: number
  event_version?: string | number
}

/** The limit is that of a type or an action in Caliper (1.1, Appendix G). */
export const MAX_TYPE_LENGTH = 256

// Seconds reach this number in the year 5138, milliseconds reached it in March 1973.
const FIRST_MILLISECONDS = 100_000_000_000

/** @returns milliseconds since 1970 of a number that may be seconds */
export function epochMs(time: number): number {
  return Math.abs(time) < FIRST_MILLISECONDS ? Math.round(time * 1000) : Math.round(time)
}

/** A payload may be the text of an object up to this length, which is that of the largest payload. */
export const MAX_PAYLOAD_TEXT = 65_536

/** A payload is under one of these names; where several have it, the first says it. */
export const payloadNames = ['payload', 'properties', 'payload_json'] as const
