import { coarseTime } from '../../syntax/coarse-time'
import { toUtcMillis } from '../../syntax/timestamp'
import { epochMs } from './model'

/** An event happened at `start`, or from then to before `end`. ISO 8601 UTC with milliseconds. */
export interface TimeOfEvent {
  start: string
  end: string | undefined
}

/** Reads when an event happened: its `timestamp`, else its `client_ts`, if that is a time. */
export function timeOf(item: Record<string, unknown>): TimeOfEvent | undefined {
  return readTime(item.timestamp) ?? readTime(item.client_ts)
}

/** Reads a time as `timestamp` may have it. @returns undefined for what is none */
export function readTime(value: unknown): TimeOfEvent | undefined {
  if (value === undefined || value === null) return undefined
  const instant = instantOf(value)
  if (instant !== undefined) return { start: instant, end: undefined }
  return typeof value === 'string' ? coarseTime(value) : undefined
}

export function isValidTime(value: unknown): boolean {
  return readTime(value) !== undefined
}

function instantOf(value: unknown): string | undefined {
  if (typeof value === 'string') return toUtcMillis(value)
  if (typeof value !== 'number') return undefined
  const date = new Date(epochMs(value))
  // Beyond year 9999 the text has a sign and no longer sorts; toUtcMillis refuses it.
  return Number.isNaN(date.getTime()) ? undefined : toUtcMillis(date.toISOString())
}
