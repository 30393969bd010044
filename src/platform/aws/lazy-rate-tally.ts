import type { RateTally } from '../rate-tally'
import type { createRateTally } from './counts/rates'
import { once } from './lazy'

/** Opens the tally when somebody first comes near a rate, which few do. */
export function lazyRateTally(needs: Parameters<typeof createRateTally>[0]): RateTally {
  const opened = once(async () => (await import('./counts/rates')).createRateTally(needs))
  return { add: async (...requests) => (await opened()).add(...requests) }
}
