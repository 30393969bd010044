import type { RetentionClass } from '../src/event/record'

/** How long the lake keeps what is in each class. */
export const yearsKept: Record<RetentionClass, number> = {
  standard: 7,
  sensitive: 3,
  pii: 1,
  system: 1,
}

/**
 * After so many days objects go to Glacier Instant Retrieval, at a sixth of the price: Athena reads
 * them as before, for $0.03 a GB more. A school year's questions are about its current term; 90 days is
 * the least that is billed there.
 */
export const WARM_DAYS = 180
