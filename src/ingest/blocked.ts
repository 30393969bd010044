import { AppError } from '../error/app-error'
import type { Receipt, ReceiptBlocked } from '../event/receipt'
import { secondsToWait } from '../governance/blocklist/answer'
import type { Blocked } from '../governance/blocklist/blocklist'

/** Says of all items by which a sender is blocked how it is, in one. */
export function blockedBy(blocked: readonly Blocked[]): ReceiptBlocked | undefined {
  return blockedOf(blocked.map((one) => ({ ...one, count: 1 })))
}

/** Joins what the parts of a request are told: of several ways the one that keeps what it sent, and longest. */
export function blockedOf(
  parts: readonly (ReceiptBlocked | undefined)[],
): ReceiptBlocked | undefined {
  return parts.reduce((so, one) => {
    if (so === undefined || one === undefined) return so ?? one
    return { ...(isBefore(one, so) ? one : so), count: so.count + one.count }
  }, undefined)
}

function isBefore(one: ReceiptBlocked, other: ReceiptBlocked): boolean {
  if (one.action !== other.action) return one.action === 'MAINTAIN'
  return secondsToWait(one) > secondsToWait(other)
}

/**
 * Refuses a request that brought nothing but what its sender is blocked with.
 * @throws {AppError} `blocked`, `held_back`
 */
export function assertMaySend(receipt: Receipt, items: number): void {
  const { blocked, quarantined, quarantinedCount, quarantinedLink, withheld } = receipt
  if (blocked === undefined || blocked.count < items) return
  throw refusalOfBlocked(blocked, {
    ...(quarantined[0] !== undefined && { quarantineId: quarantined[0].quarantineId }),
    ...(quarantined.length > 1 && {
      quarantined: quarantined.map(({ errors: _, ...item }) => item),
    }),
    ...(quarantinedCount !== undefined && { quarantinedCount, quarantinedLink }),
    ...(withheld !== undefined && { withheld }),
  })
}

/**
 * Tells a sender that it is blocked, and where that is what it sent, if it is kept.
 * @param extra further members of the problem document
 */
export function refusalOfBlocked(
  blocked: Blocked,
  extra: Record<string, unknown> = {},
  kept = 'What was sent is in quarantine.',
): AppError {
  const { action, timeLimit, rule, message } = blocked
  const said = { ...extra, blocked: { action, timeLimit, rule, message } }
  const because = `${message.replace(/[.!]?$/, '.')} The rule ${rule} of the blocklist of its tenant says so.`
  if (action === 'DROP') {
    return new AppError('blocked', `${because} Nothing of this is kept.`, { extra: said })
  }
  const retryAfter = secondsToWait(blocked)
  return new AppError('held_back', `${because} ${kept}`, { extra: said, retryAfter })
}
