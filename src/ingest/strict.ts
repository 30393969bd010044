import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import type { Receipt } from '../event/receipt'
import { BLOCKED } from '../governance/blocklist/blocklist'
import { HELD } from '../governance/held'

// A problem document is read by people; the rest is in quarantine.
const MAX_SHOWN = 100

/**
 * Refuses a request of a strict source in which nothing could be stored: all of it is in quarantine.
 * @throws {AppError} `not_conformant`
 */
export function assertAccepted({ eventCount, entityCount, quarantined, ...rest }: Receipt): void {
  const { acceptedForLater = 0, quarantinedCount = quarantined.length, quarantinedLink } = rest
  if (eventCount + entityCount + acceptedForLater > 0) return
  // Nothing is wrong with what a policy withholds: sent again, it would fare no better.
  if (quarantinedCount === 0 && rest.withheld !== undefined) return
  const isHeld = ({ code }: Issue) => code === HELD || code === BLOCKED
  if (quarantinedCount > 0 && quarantined.every(({ errors }) => errors.every(isHeld))) return
  if (quarantinedCount === 0) {
    const message = 'Expected one or more events or entities'
    throw new AppError('not_conformant', `${message}.`, {
      errors: [{ path: ['data'], message, code: 'empty_data' }],
    })
  }
  const detail = `This source is strict, and none of ${quarantinedCount} items could be stored; all are in quarantine.`
  throw new AppError('not_conformant', detail, {
    errors: quarantined.flatMap(({ errors }) => errors).slice(0, MAX_SHOWN),
    extra: {
      quarantined: quarantined.map(({ errors: _, ...item }) => item),
      quarantinedCount,
      ...(quarantinedLink !== undefined && { quarantinedLink }),
    },
  })
}
