import { durationMs } from '../syntax/duration'

/** Returns the seconds of an ISO 8601 duration; undefined without a fixed length. */
export function secondsOf(duration: unknown): number | undefined {
  const ms = typeof duration === 'string' ? durationMs(duration) : undefined
  return ms === undefined ? undefined : ms / 1000
}

/** Writes seconds as an ISO 8601 duration; undefined for what is no time in a recording. */
export function durationOf(seconds: unknown): string | undefined {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return undefined
  const text = String(seconds)
  return /^\d+(\.\d+)?$/.test(text) ? `PT${text}S` : undefined
}
