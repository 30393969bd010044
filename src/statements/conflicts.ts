import { AppError } from '../error/app-error'
import type { Receipt } from '../event/receipt'

const ONE = /^\uFEFF?\s*\{/

/**
 * Refuses a request of which nothing was stored, because a statement of it is held already with other
 * content. Its items are in quarantine.
 * @param text of the request: the paths of a single statement begin at its members
 * @throws {AppError} `conflict`
 */
export function assertNoConflict({ eventIds, quarantined, ...rest }: Receipt, text: string): void {
  if (eventIds.length > 0 || quarantined.length === 0) return
  const isOne = ONE.test(text)
  const errors = quarantined.flatMap((item) =>
    item.errors.map((issue) => (isOne ? { ...issue, path: issue.path.slice(1) } : issue)),
  )
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
