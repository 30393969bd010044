import { AppError } from '../../error/app-error'
import type { QuarantineLimits, QuarantineUsage } from '../quarantine-store'

// The pause is in seconds. A person has to make room; senders that ask more often only fill the
// log.
const RETRY_AFTER = 300

export function isBeyond({ items, bytes }: QuarantineUsage, limits: QuarantineLimits): boolean {
  return items > limits.maxItems || bytes > limits.maxBytes
}

/** Makes the error of a full quarantine. @param would what the source would have */
export function quarantineFull(would: QuarantineUsage, limits: QuarantineLimits): AppError {
  const { sourceId, items, bytes } = would
  const isMany = items > limits.maxItems
  const limit = isMany ? `${limits.maxItems} items` : `${limits.maxBytes} bytes`
  const got = isMany ? `${items} items` : `${bytes} bytes`
  return new AppError(
    'quarantine_full',
    `Source ${sourceId} may have ${limit} in quarantine and would have ${got}. Replay or delete some.`,
    { retryAfter: RETRY_AFTER },
  )
}
