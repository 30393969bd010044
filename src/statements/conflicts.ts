import { AppError } from '../error/app-error'
import type { Receipt } from '../event/receipt'

/**
 * Refuses a request of which nothing was stored, because a statement of it is held already with other
 * content. Its items are in quarantine.
 * @throws {AppError} `conflict`
 */
export function assertNoConflict({ eventIds, quarantined, ...rest }: Receipt): void {
  if (eventIds.length > 0 || quarantined.length === 0) return
  const errors = quarantined.flatMap((item) => item.errors)
  const conflicts = errors.filter(({ code }) => code === 'conflict')
  const { quarantinedCount = quarantined.length, quarantinedLink } = rest
  throw new AppError('conflict', 'Nothing of this request was stored.', {
    errors: conflicts.length > 0 ? conflicts : errors,
    extra: {
      quarantined: quarantined.map(({ errors: _, ...item }) => item),
      quarantinedCount,
      ...(quarantinedLink !== undefined && { quarantinedLink }),
    },
  })
}
