import { once } from './lazy'
import type { createTypeCounts, FollowedCounts } from './type-counts'

/** Opens the counts by type when they are asked for, which few requests do. */
export function lazyTypeCounts(needs: Parameters<typeof createTypeCounts>[0]): FollowedCounts {
  const opened = once(async () => (await import('./type-counts')).createTypeCounts(needs))
  return {
    read: async (...asked) => (await opened()).read(...asked),
    areCounted: async (...asked) => (await opened()).areCounted(...asked),
    forget: async (...asked) => (await opened()).forget(...asked),
  }
}
