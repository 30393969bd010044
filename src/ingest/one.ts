import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import type { Receipt } from '../event/receipt'
import { BLOCKED } from '../governance/blocklist/blocklist'
import { HELD } from '../governance/held'
import type { Heard, Kept, Parsed, Readable } from './arrival'

/** One event that was sent by itself, as it was read. */
export interface One {
  event?: Readable['event']
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

/** Hears what a policy leaves of an event that was sent by itself: its sender is told of that. */
export function keptOf(one: () => One | undefined): Kept {
  return ([item]) => {
    const sent = one()
    if (sent?.event !== undefined && item !== undefined) sent.event = item.event
  }
}

/**
 * Tells whether an event is not held though its sender has done nothing wrong, as its tenant wishes: it
 * is in quarantine until its type is registered or somebody lets it through, or it is not to be kept.
 */
export function isAwaited(receipt: Receipt, { heard }: One): boolean {
  const [refused] = receipt.quarantined
  if (refused === undefined) return receipt.withheld !== undefined && receipt.eventCount === 0
  if (refused.errors.every(({ code }) => code === HELD || code === BLOCKED)) return true
  if (heard.types?.unknownTypes !== 'quarantine') return false
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
