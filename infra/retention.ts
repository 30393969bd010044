import type { RetentionClass } from '../src/event/record'

/** The lake stores what is in each class for so many years. */
export const yearsKept: Record<RetentionClass, number> = {
  standard: 7,
  sensitive: 3,
  pii: 1,
  system: 1,
}

/**
 * Objects go to Glacier Instant Retrieval after so many days, at a sixth of the price: Athena reads
 * them as before, for $0.03 a GB more. A school year's questions are about its current term; 90
 * days is the least that is billed there.
 */
export const WARM_DAYS = 180
