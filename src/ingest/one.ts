import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import type { Receipt } from '../event/receipt'
import type { PublishedEvent } from '../standards/native/published'
import type { Heard, Parsed } from './arrival'

/** One event that was sent by itself, as it was read. */
export interface One {
  event?: PublishedEvent
  errors: readonly Issue[]
  context: Record<string, string>
  heard: Heard
}

/** @returns undefined for a body that is a list, however short, or was none of our events' own */
export function oneIn(parsed: Parsed, heard: Heard): One | undefined {
  if (Array.isArray(parsed) || parsed.isOne !== true) return undefined
  const { items, context } = parsed
  const [item] = items
  if (item === undefined) return undefined
  if ('event' in item) return { event: item.event, errors: [], context, heard }
  return { errors: item.errors, context, heard }
}

/**
 * Tells whether an event is in quarantine only until its type is registered, as its tenant wishes: its
 * sender has done nothing wrong.
 */
export function isAwaited({ quarantined: [refused] }: Receipt, { heard }: One): boolean {
  if (refused === undefined || heard.types?.unknownTypes !== 'quarantine') return false
  return refused.errors.every(({ code }) => code === 'unknown_type')
}

/** The problem of one event that is refused: every reason, and where it is now. */
export function refusalOfOne(reasons: readonly Issue[], quarantineId?: string): AppError {
  // Some are found as in a list; this event is the whole body.
  const errors = reasons.map((reason) =>
    reason.path[0] === 0 ? { ...reason, path: reason.path.slice(1) } : reason,
  )
  const [first] = errors
  const said = first === undefined ? '' : ` ${[first.path.join('.'), first.message].join(': ')}.`
  const kept = quarantineId === undefined ? 'It is kept.' : 'It is in quarantine.'
  const more = errors.length > 1 ? ` And ${errors.length - 1} more.` : ''
  return new AppError('invalid_event', `The event cannot be stored.${said}${more} ${kept}`, {
    errors,
    ...(quarantineId !== undefined && { extra: { quarantineId } }),
  })
}
