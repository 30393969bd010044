import type { RetentionClass } from './record'

/**
 * The days for which each class is kept where a tenant's policy says nothing: seven years, three, one
 * and one. No setting and no sender prolongs them.
 */
export const usualDays: { readonly [Class in RetentionClass]: number } = {
  standard: 2555,
  sensitive: 1095,
  pii: 365,
  system: 365,
}
